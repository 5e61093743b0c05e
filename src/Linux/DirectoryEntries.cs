using System.Runtime.InteropServices;
using System.Text;

namespace Wharf.Linux;

/// <summary>
/// Entries of a directory that is open, named by one component: what an archive says of a file is set without a path that a
/// link could turn elsewhere. No call follows a link in the last component.
/// </summary>
public static unsafe class DirectoryEntries
{
    private const uint NowhereToGo = 0x3ffffffe;

    /// <summary>link(2) from one open directory to another; a link itself is linked, not what it points to.</summary>
    public static void Link(FileDescriptor fromDirectory, string from, FileDescriptor directory, string name) =>
        Libc.Check(Libc.linkat(fromDirectory.Number, from, directory.Number, name, 0), "link", name);

    public static void ChangeOwner(FileDescriptor directory, string name, uint user, uint group) =>
        Libc.Check(Libc.fchownat(directory.Number, name, user, group, Files.AtNoFollow), "chown", name);

    /// <summary>utimensat(2): modification time, with the access time set to the same.</summary>
    public static void SetTime(FileDescriptor directory, string name, long seconds, long nanoseconds)
    {
        long* times = stackalloc long[4] { seconds, nanoseconds, seconds, nanoseconds };
        Libc.Check(Libc.utimensat(directory.Number, name, times, Files.AtNoFollow), "utimensat", name);
    }

    /// <summary>The time of a directory itself; its access time stays.</summary>
    public static void SetTime(FileDescriptor directory, long seconds, long nanoseconds, string operand)
    {
        long* times = stackalloc long[4] { 0, NowhereToGo, seconds, nanoseconds };
        Libc.Check(Libc.utimensat(directory.Number, ".", times, 0), "utimensat", operand);
    }

    /// <summary>lsetxattr(2), by way of /proc, which has no call relative to a directory.</summary>
    public static void SetAttribute(FileDescriptor directory, string name, string attribute, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value)
        {
            byte nothing = 0;
            Libc.Check(Libc.lsetxattr($"/proc/self/fd/{directory.Number}/{name}", attribute, value.IsEmpty ? &nothing : start, (nuint)value.Length, 0), "setxattr", $"{name} {attribute}");
        }
    }

    /// <summary>lremovexattr(2); one that is not there is an error.</summary>
    public static void RemoveAttribute(FileDescriptor directory, string name, string attribute) =>
        Libc.Check(Libc.lremovexattr($"/proc/self/fd/{directory.Number}/{name}", attribute), "removexattr", $"{name} {attribute}");

    /// <summary>Null when the entry has no such attribute, or its filesystem none.</summary>
    public static byte[]? FindAttribute(FileDescriptor directory, string name, string attribute)
    {
        const int limit = 65536;
        byte[] buffer = new byte[limit];
        fixed (byte* start = buffer)
        {
            nint size = Libc.lgetxattr($"/proc/self/fd/{directory.Number}/{name}", attribute, start, limit);
            return size < 0 ? null : buffer[..(int)size];
        }
    }

    /// <summary>Names of an entry's extended attributes.</summary>
    public static IReadOnlyList<string> AttributeNames(FileDescriptor directory, string name)
    {
        const int usual = 512;
        const int limit = 65536;
        string path = $"/proc/self/fd/{directory.Number}/{name}";
        byte* few = stackalloc byte[usual];
        nint size = Libc.llistxattr(path, few, usual);
        if (size >= 0)
        {
            return size == 0 ? [] : Names(new ReadOnlySpan<byte>(few, (int)size));
        }

        if ((Errno)Marshal.GetLastPInvokeError() != Errno.ERANGE)
        {
            return [];
        }

        byte[] buffer = new byte[limit];
        fixed (byte* start = buffer)
        {
            size = Libc.llistxattr(path, start, limit);
            return size <= 0 ? [] : Names(buffer.AsSpan(0, (int)size));
        }
    }

    /// <summary>
    /// getdents64(2): what is in a directory but "." and "..", in no order, from where the descriptor stands. A kind that the
    /// filesystem does not tell is null.
    /// </summary>
    public static IReadOnlyList<(string Name, FileKind? Kind)> Read(FileDescriptor directory, string operand)
    {
        const int size = 32 << 10;
        var entries = new List<(string, FileKind?)>();
        byte* buffer = stackalloc byte[size];
        nint count;
        while ((count = Libc.Check(Libc.getdents64(directory.Number, buffer, size), "getdents", operand)) > 0)
        {
            for (nint at = 0; at < count; at += *(ushort*)(buffer + at + 16))
            {
                ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer + at + 19);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    int kind = buffer[at + 18];
                    entries.Add((PathText.Decode(name), kind == 0 ? null : (FileKind)(kind << 12)));
                }
            }
        }

        return entries;
    }

    /// <summary>What an entry is, a link not followed; null when there is none.</summary>
    public static FileStatus? Find(FileDescriptor directory, string name)
    {
        try
        {
            using FileDescriptor entry = Files.OpenAt(directory, name, OpenFlags.Path | OpenFlags.NoFollow);
            return Files.Status(entry, name);
        }
        catch (SyscallException error) when (error.Errno is Errno.ENOENT)
        {
            return null;
        }
    }
    private static string[] Names(ReadOnlySpan<byte> list) => Encoding.UTF8.GetString(list).Split('\0', StringSplitOptions.RemoveEmptyEntries);
}
