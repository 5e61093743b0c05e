using Wharf.Linux;

namespace Wharf.Daemon.Host;

/// <summary>One daemon at a time on a data root. The lock ends with the process, however it ends.</summary>
internal sealed class DataRootLock : IDisposable
{
    private readonly FileDescriptor file;

    internal DataRootLock(string dataRoot)
    {
        string path = Path.Combine(dataRoot, "lock");
        file = Files.Open(path, OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        if (!FileRange.TryLock(file, path))
        {
            file.Dispose();
            throw new EngineException(EngineErrorKind.System, $"lock data root \"{dataRoot}\": another wharfd uses it");
        }
    }

    public void Dispose() => file.Dispose();
}
