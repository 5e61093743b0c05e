using System.Globalization;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>Rules of the device cgroup, and those that every container has.</summary>
internal static class DeviceRules
{
    /// <summary>config-linux.md, "Default Devices", pseudo terminals, and making any node (which opens nothing).</summary>
    internal static IReadOnlyList<DeviceRule> Always { get; } =
    [
        Allow("c", null, null, "m"), Allow("b", null, null, "m"),
        Allow("c", 1, 3), Allow("c", 1, 5), Allow("c", 1, 7), Allow("c", 1, 8), Allow("c", 1, 9),
        Allow("c", 5, 0), Allow("c", 5, 1), Allow("c", 5, 2), Allow("c", 136, null),
    ];

    /// <summary>A rule as devices.allow and devices.deny read it: "c 1:3 rwm".</summary>
    internal static string Line(DeviceRule rule) =>
        rule.Type is null or "" or "a" && rule.Major is null or < 0 && rule.Minor is null or < 0
            ? "a"
            : $"{(rule.Type is null or "" ? "a" : rule.Type)} {Number(rule.Major)}:{Number(rule.Minor)} {rule.Access ?? "rwm"}";

    private static string Number(long? number) => number is null or < 0 ? "*" : number.Value.ToString(CultureInfo.InvariantCulture);

    private static DeviceRule Allow(string type, long? major, long? minor, string access = "rwm") =>
        new() { Allow = true, Type = type, Major = major, Minor = minor, Access = access };
}
