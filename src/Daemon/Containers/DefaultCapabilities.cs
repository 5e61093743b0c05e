using System.Globalization;
using Wharf.EngineApi.Containers;
using Wharf.Linux;

namespace Wharf.Daemon.Containers;

/// <summary>What a container may do unless it asks for more or less.</summary>
internal static class DefaultCapabilities
{
    private static readonly string[] Default =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    // All that this daemon may give away: on a host that keeps one from it no container would start otherwise.
    private static readonly string[] Grantable = [.. CapabilityNames.All.Where((_, number) => (Bounding() >> number & 1) == 1)];

    internal static IReadOnlyList<string> For(HostConfig host)
    {
        if (host.Privileged)
        {
            return Grantable;
        }

        string[] added = [.. (host.CapAdd ?? []).Select(Name)];
        string[] dropped = [.. (host.CapDrop ?? []).Select(Name)];
        IEnumerable<string> start = added.Contains("ALL") ? Grantable : dropped.Contains("ALL") ? [] : Default;
        return [.. CapabilityNames.All.Where(one => (start.Contains(one) || added.Contains(one)) && (!dropped.Contains(one) || added.Contains(one)))];
    }

    private static ulong Bounding()
    {
        const string field = "CapBnd:";
        string line = File.ReadLines("/proc/self/status").First(one => one.StartsWith(field, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(field.Length), NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }

    private static string Name(string given)
    {
        string name = given.ToUpperInvariant();
        name = name == "ALL" || name.StartsWith("CAP_", StringComparison.Ordinal) ? name : "CAP_" + name;
        return name == "ALL" || CapabilityNames.Number(name) >= 0
            ? name
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid capability: unknown capability: \"{name}\"");
    }
}
