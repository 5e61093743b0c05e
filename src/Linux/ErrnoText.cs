using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>The kernel's errors in the words that Go programs print (lower case), because callers of runc and containerd match them.</summary>
public static class ErrnoText
{
    public static string Of(Errno errno) => Of((int)errno);

    public static string Of(int errno)
    {
        string text = Marshal.GetPInvokeErrorMessage(errno);
        // glibc capitalises the first word; all of them are plain words, but for names such as "RFS specific error".
        return text.Length > 1 && char.IsUpper(text[0]) && !char.IsUpper(text[1])
            ? char.ToLowerInvariant(text[0]) + text[1..]
            : text;
    }
}
