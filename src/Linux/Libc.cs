using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>
/// Native signatures, each once, under its native name. The file Libc.X.cs holds what X needs; this one what all need.
/// Wrappers are public classes named for the concept (MountTable, Epoll, …) that throw <see cref="SyscallException"/>.
/// </summary>
internal static partial class Libc
{
    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int fd);

    /// <summary>Throws unless a call that returns −1 for failure did well; gives its value back.</summary>
    internal static int Check(int result, string call, string? operand = null) =>
        result < 0 ? throw new SyscallException(call, Marshal.GetLastPInvokeError(), operand) : result;

    /// <inheritdoc cref="Check(int, string, string?)"/>
    internal static nint Check(nint result, string call, string? operand = null) =>
        result < 0 ? throw new SyscallException(call, Marshal.GetLastPInvokeError(), operand) : result;
}
