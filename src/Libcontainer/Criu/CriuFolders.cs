using Wharf.Linux;

namespace Wharf.Libcontainer.Criu;

/// <summary>The folders of one run of criu, open: the image's, and the one where its log is.</summary>
internal sealed class CriuFolders : IDisposable
{
    private const uint OwnersOnly = 0x1c0;
    private readonly FileDescriptor image;
    private readonly FileDescriptor? work;

    private CriuFolders(CriuSettings settings, string logName, string root)
    {
        image = Files.Open(root + settings.ImagePath, OpenFlags.ReadOnly | OpenFlags.Directory);
        if (settings.WorkPath is { Length: > 0 } path)
        {
            Files.TryMakeDirectory(path, OwnersOnly);
            work = Files.Open(root + path, OpenFlags.ReadOnly | OpenFlags.Directory);
        }

        LogName = logName;
        Log = new CriuLog(settings.WorkPath is { Length: > 0 } folder ? folder : settings.ImagePath, logName);
    }

    internal int Image => image.Number;

    internal int? Work => work?.Number;

    internal string LogName { get; }

    internal CriuLog Log { get; }

    /// <summary>For a dump: a container may be checkpointed many times into the same folder.</summary>
    internal static CriuFolders Make(CriuSettings settings, string logName)
    {
        Files.TryMakeDirectory(settings.ImagePath, OwnersOnly);
        return new CriuFolders(settings, logName, root: string.Empty);
    }

    /// <summary>For a restore: as a process with a mount namespace of its own has them. criu mounts in its work folder, which the kernel refuses in another's.</summary>
    internal static CriuFolders Open(CriuSettings settings, string logName, int process) => new(settings, logName, $"/proc/{process}/root");

    /// <summary>An error of criu with what its log says; the whole passage goes to the log.</summary>
    internal ContainerException Explain(ContainerException error, Action<string> warn)
    {
        Log.Quote(warn);
        string last = Log.LastErrors();
        string text = last.Length == 0 ? error.Message : $"{(error as CriuFailure)?.Step ?? error.Message}: {last}";
        return new ContainerException($"{text} (log file: \"{Log.Path}\")", error);
    }

    public void Dispose()
    {
        image.Dispose();
        work?.Dispose();
    }
}
