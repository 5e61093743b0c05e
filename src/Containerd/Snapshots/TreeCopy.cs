using Microsoft.Win32.SafeHandles;
using Wharf.Linux;

namespace Wharf.Containerd.Snapshots;

/// <summary>Copies a tree: owners, modes, times, attributes, links and devices as they are, holes left out. Nothing is followed.</summary>
internal sealed class TreeCopy
{
    private const int DeepestTree = 1024;
    private readonly byte[] buffer = new byte[256 << 10];
    private readonly FileDescriptor root;
    private readonly Dictionary<(ulong Filesystem, ulong Inode), string> linked = [];
    private readonly Stack<Level> open = [];

    private TreeCopy(FileDescriptor root) => this.root = root;

    /// <summary>The target is there and empty.</summary>
    public static void Copy(string source, string target)
    {
        using FileDescriptor to = Files.Open(target, OpenFlags.ReadOnly | OpenFlags.Directory);
        FileDescriptor from = Files.Open(source, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            new TreeCopy(to).Copy(from);
        }
        catch (SyscallException error)
        {
            throw new IOException($"copy snapshot \"{source}\": {error.Message}", error);
        }
    }

    private void Copy(FileDescriptor from)
    {
        open.Push(Level.Of(from, Files.OpenAt(root, ".", OpenFlags.ReadOnly | OpenFlags.Directory), string.Empty, Files.Status(from, ".")));
        try
        {
            while (open.TryPeek(out Level? level))
            {
                if (level.Left.TryDequeue(out string? name))
                {
                    CopyEntry(level, name);
                }
                else
                {
                    // Its time changes with what is made in it, so it is described last.
                    using Level done = open.Pop();
                    Describe(done.From, ".", done.To, ".", done.Status);
                }
            }
        }
        finally
        {
            while (open.TryPop(out Level? rest))
            {
                rest.Dispose();
            }
        }
    }

    private void CopyEntry(Level level, string name)
    {
        FileStatus status = Files.StatusAt(level.From, name, name);
        string path = level.Path.Length == 0 ? name : $"{level.Path}/{name}";
        if (status.Kind == FileKind.Directory)
        {
            if (open.Count == DeepestTree)
            {
                throw new IOException($"copy snapshot: \"{name}\": more than {DeepestTree} levels of directories");
            }

            Files.MakeDirectory(level.To, name, 0x1c0);
            FileDescriptor from = Files.OpenAt(level.From, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
            open.Push(Level.Of(from, Files.OpenAt(level.To, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow), path, status));
            return;
        }

        if (status.Links > 1 && !linked.TryAdd((status.Filesystem, status.Inode), path))
        {
            DirectoryEntries.Link(root, linked[(status.Filesystem, status.Inode)], level.To, name);
            return;
        }

        switch (status.Kind)
        {
            case FileKind.Regular:
                CopyData(level, name, (long)status.Size);
                break;
            case FileKind.SymbolicLink:
                Files.MakeLink(level.To, name, Files.ReadLink(level.From, name) ?? throw new IOException($"copy snapshot: \"{path}\": the link cannot be read"));
                break;
            default:
                Files.MakeNode(level.To, name, status.Kind, status.Mode, status.DeviceMajor, status.DeviceMinor);
                break;
        }

        Describe(level.From, name, level.To, name, status);
    }

    private void CopyData(Level level, string name, long size)
    {
        using FileDescriptor from = Files.OpenAt(level.From, name, OpenFlags.ReadOnly | OpenFlags.NoFollow);
        using FileDescriptor to = Files.OpenAt(level.To, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180);
        using var file = new SafeFileHandle(to.Number, ownsHandle: false);
        int count;
        for (long offset = 0; (count = FileRange.Read(from, buffer, offset, name)) > 0; offset += count)
        {
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                try
                {
                    RandomAccess.Write(file, buffer.AsSpan(0, count), offset);
                }
                catch (IOException error)
                {
                    throw WriteFailure.Of("copy snapshot: write", name, error);
                }
            }
        }

        RandomAccess.SetLength(file, size);
    }

    private static void Describe(FileDescriptor from, string source, FileDescriptor to, string name, FileStatus status)
    {
        DirectoryEntries.ChangeOwner(to, name, status.User, status.Group);
        foreach (string attribute in DirectoryEntries.AttributeNames(from, source))
        {
            if (DirectoryEntries.FindAttribute(from, source, attribute) is { } value)
            {
                DirectoryEntries.SetAttribute(to, name, attribute, value);
            }
        }

        if (status.Kind != FileKind.SymbolicLink)
        {
            // After the owner, whose change takes the set-id bits away.
            Files.ChangeMode(to, name, status.Mode);
        }

        DirectoryEntries.SetTime(to, name, status.Seconds, status.Nanoseconds);
    }

    /// <summary>A directory on both sides, and what of it is left to do.</summary>
    private sealed record Level(FileDescriptor From, FileDescriptor To, string Path, FileStatus Status, Queue<string> Left) : IDisposable
    {
        public static Level Of(FileDescriptor from, FileDescriptor to, string path, FileStatus status) =>
            new(from, to, path, status, new Queue<string>(DirectoryEntries.Read(from, path).Select(entry => entry.Name)));

        public void Dispose()
        {
            From.Dispose();
            To.Dispose();
        }
    }
}
