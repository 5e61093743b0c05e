using Wharf.Linux;

namespace Wharf.Containerd;

/// <summary>A write that the disk refused, in the words that programs look for: "no space left on device".</summary>
internal static class WriteFailure
{
    private const int LargestErrno = 133;

    public static IOException Of(string step, string operand, IOException error) =>
        new($"{step} \"{operand}\": {(error.HResult is > 0 and <= LargestErrno ? ErrnoText.Of(error.HResult) : error.Message)}", error);
}
