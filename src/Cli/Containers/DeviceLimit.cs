using System.Globalization;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Containers;

/// <summary>A limit of one block device: PATH:NUMBER, and a unit where bytes are counted.</summary>
internal static class DeviceLimit
{
    /// <exception cref="UsageException">It is none.</exception>
    internal static (string Path, long Number) Parse(string flag, string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string number = colon < 0 ? "" : text[(colon + 1)..];
        string? refusal = colon <= 0 || number.Length == 0 ? $"bad format: {text}"
            : !text.StartsWith("/dev/", StringComparison.Ordinal) ? $"bad format for device path: {text}"
            : null;
        long? value = flag.EndsWith("-bps", StringComparison.Ordinal)
            ? ByteSize.Parse(number)
            : long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long whole) ? whole : null;
        refusal ??= flag == "blkio-weight-device" ? value is 0 or (>= 10 and <= 1000) ? null : $"invalid weight for device: {text}"
            : value is >= 0 ? null
            : flag.EndsWith("-bps", StringComparison.Ordinal) ? $"invalid rate for device: {text}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb"
            : $"invalid rate for device: {text}. The correct format is <device-path>:<number>. Number must be a positive integer";
        return refusal is null ? (text[..colon], value!.Value) : throw new UsageException($"invalid argument \"{text}\" for \"--{flag}\" flag: {refusal}");
    }
}
