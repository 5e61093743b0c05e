using Wharf.Libcontainer.Mounts;

namespace Wharf.Libcontainer.Resctrl;

/// <summary>Where the resctrl filesystem is mounted.</summary>
internal static class ResctrlMount
{
    /// <summary>Null when it is not.</summary>
    internal static string? Find() =>
        File.ReadLines("/proc/self/mountinfo").FirstOrDefault(line => line.Contains(" - resctrl ", StringComparison.Ordinal)) is { } found
            ? MountTable.Unescape(found.Split(' ')[4])
            : null;
}
