using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Libcontainer;

/// <summary>The folder ROOT/ID of a container: state.json and, until it is started, exec.fifo.</summary>
internal sealed class StateDirectory
{
    private readonly string folder;

    public StateDirectory(string root, string id)
    {
        CheckId(id);
        Id = id;
        folder = Path.Combine(root, id);
    }

    public string Id { get; }

    public string Fifo => Path.Combine(folder, "exec.fifo");

    /// <summary>The folder of the container's end of sd_notify(3); there only when its creator asked for it.</summary>
    internal string Notify => Path.Combine(folder, "notify");

    private string Root => Path.Combine(folder, "criu-root");

    private string File => Path.Combine(folder, "state.json");

    /// <summary>The ids below a root.</summary>
    public static IReadOnlyList<string> List(string root) =>
        Directory.Exists(root)
            ? [.. Directory.EnumerateDirectories(root).Where(path => System.IO.File.Exists(Path.Combine(path, "state.json"))).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)]
            : [];

    /// <summary>An error when the id is taken; before what else of its owner's would be found.</summary>
    internal void CheckFree()
    {
        if (Directory.Exists(folder))
        {
            throw new ContainerException("container with given ID already exists");
        }
    }

    /// <summary>Makes the folder; an id that is taken is an error.</summary>
    public void Create(string root)
    {
        Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            Files.MakeDirectory(null, folder, 0x1c9);
        }
        catch (SyscallException error) when (error.Errno == Errno.EEXIST)
        {
            throw new ContainerException("container with given ID already exists");
        }

        // Written by the container's process after it has become its user: 0622, whatever the umask is.
        uint mask = CurrentProcess.SetUmask(0);
        Files.MakeFifo(Fifo, 0x192);
        CurrentProcess.SetUmask(mask);
    }

    public ContainerRecord Load()
    {
        try
        {
            return ContainerRecordDocument.Read(System.IO.File.ReadAllBytes(File))
                ?? throw new ContainerException($"state \"{File}\": empty");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ContainerException("container does not exist");
        }
        catch (JsonException error)
        {
            throw new ContainerException($"state \"{File}\": {error.Message}", error);
        }
    }

    /// <summary>Written beside and renamed, so that a reader never sees half of it.</summary>
    public void Save(ContainerRecord record)
    {
        string next = File + ".next";
        using (FileDescriptor file = Files.Open(next, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, 0x1a4))
        {
            Files.Write(file, ContainerRecordDocument.Write(record), next);
        }

        Files.Rename(next, File);
    }

    internal void MakeNotify()
    {
        const uint everybodysToRead = 0x1ed;
        Files.MakeDirectory(null, Notify, everybodysToRead);
        Files.ChangeMode(null, Notify, everybodysToRead);
    }

    /// <summary>An empty folder for the root of a restore; its links are resolved, as criu compares it with the kernel's list of mounts.</summary>
    internal string MakeRoot()
    {
        Files.TryMakeDirectory(Root, 0x1ed);
        using FileDescriptor root = Files.Open(Root, OpenFlags.Path | OpenFlags.Directory);
        return Files.ReadLink(null, $"/proc/self/fd/{root.Number}") ?? Root;
    }

    internal void RemoveRoot()
    {
        if (Files.TryRemoveDirectory(Root) is { } errno)
        {
            throw new SyscallException("rmdir", (int)errno, Root);
        }
    }

    public void RemoveFifo() => System.IO.File.Delete(Fifo);

    public void Remove()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void CheckId(string id)
    {
        if (id.Length == 0)
        {
            throw new ContainerException("container id cannot be empty");
        }

        if (id is "." or ".." || !id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '+' or '-' or '.'))
        {
            throw new ContainerException("invalid container ID format");
        }
    }
}
