using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>Raw calls by number.</summary>
internal static class Syscall
{
    internal static nint Invoke(int number, string call, string? operand, nint a, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        Libc.Check(Libc.syscall(number, a, b, c, d, e, f), call, operand);

    /// <summary>The same for a caller that decides by errno: 0 or more for success, −errno else.</summary>
    internal static nint Try(int number, nint a, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        nint result = Libc.syscall(number, a, b, c, d, e, f);
        return result < 0 ? -Marshal.GetLastPInvokeError() : result;
    }
}
