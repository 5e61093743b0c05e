using System.Globalization;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>
/// Offsets of the clocks of a new time namespace: time_namespaces(7). They are written after the namespace is made and before the
/// first process is in it, so it is made by unshare(2), and a clone follows.
/// </summary>
internal static class TimeOffsets
{
    internal static string? Lines(LinuxPlatform? linux)
    {
        if (linux?.TimeOffsets is not { Count: > 0 } offsets)
        {
            return null;
        }

        if (linux.Namespaces?.Any(place => place is { Type: "time", Path: null or "" }) != true)
        {
            throw new ContainerException("time namespace offsets are given, but no time namespace is made");
        }

        return string.Concat(offsets.Select(pair => pair.Key is "monotonic" or "boottime" && pair.Value.Nanosecs is null or < 1_000_000_000
            ? string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value.Secs ?? 0} {pair.Value.Nanosecs ?? 0}\n")
            : throw new ContainerException($"invalid time offset: \"{pair.Key}\" {pair.Value.Secs ?? 0} s {pair.Value.Nanosecs} ns")));
    }

    /// <summary>Of the namespace that a process has made for its children.</summary>
    internal static void Write(int process, string lines)
    {
        try
        {
            Files.WriteText($"/proc/{process}/timens_offsets", lines);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"set time offsets \"{lines.TrimEnd('\n').Replace('\n', ',')}\": {ErrnoText.Of(error.Errno)}", error);
        }
    }
}
