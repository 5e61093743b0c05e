using System.Runtime.InteropServices;

namespace Wharf.Linux;

internal static unsafe partial class Libc
{
    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int openat(int directory, string path, int flags, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int mkdirat(int directory, string path, uint mode);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int mknodat(int directory, string path, uint mode, ulong device);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int symlinkat(string target, int directory, string path);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int unlinkat(int directory, string path, int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int renameat(int from, string source, int to, string target);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int fchownat(int directory, string path, uint uid, uint gid, int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int fchmodat(int directory, string path, uint mode, int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int faccessat(int directory, string path, int mode, int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial nint readlinkat(int directory, string path, byte* buffer, nuint size);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int access(string path, int mode);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int fstatat(int directory, string path, byte* buffer, int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(PathMarshaller))]
    internal static partial int statx(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fstatfs(int fd, byte* buffer);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int dup3(int from, int to, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int pipe2(int* pair, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close_range(uint first, uint last, uint flags);
}
