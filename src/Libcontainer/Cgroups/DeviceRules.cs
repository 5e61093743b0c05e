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

    /// <summary>All rules of a container: what is not mentioned is denied, then those given, then those that every container has.</summary>
    internal static IReadOnlyList<DeviceRule> Complete(IReadOnlyList<DeviceRule>? given)
    {
        IReadOnlyList<DeviceRule> rules = given ?? [];
        bool begins = rules.Count > 0 && IsEverything(rules[0]);
        return [.. begins ? [] : (DeviceRule[])[new DeviceRule { Allow = false }], .. rules.SelectMany(Split), .. Always];
    }

    /// <summary>A rule as devices.allow and devices.deny read it: "c 1:3 rwm".</summary>
    internal static string Line(DeviceRule rule) =>
        IsEverything(rule)
            ? "a"
            : $"{(rule.Type is null or "" ? "a" : rule.Type)} {Number(rule.Major)}:{Number(rule.Minor)} {Access(rule)}";

    /// <summary>Letters that mean nothing are left out, as runc does: the kernel of v1 refuses them.</summary>
    internal static string Access(DeviceRule rule) => rule.Access is { Length: > 0 } given ? string.Concat(given.Where("rwm".Contains)) : "rwm";

    private static bool IsEverything(DeviceRule rule) => IsEveryType(rule) && rule.Major is null or < 0 && rule.Minor is null or < 0;

    private static bool IsEveryType(DeviceRule rule) => rule.Type is null or "" or "a";

    /// <summary>v1 reads "a" with numbers as everything, numbers or not: such a rule is one for each type.</summary>
    private static IEnumerable<DeviceRule> Split(DeviceRule rule) =>
        IsEveryType(rule) && !IsEverything(rule) ? [rule with { Type = "b" }, rule with { Type = "c" }] : [rule];

    private static string Number(long? number) => number is null or < 0 ? "*" : number.Value.ToString(CultureInfo.InvariantCulture);

    private static DeviceRule Allow(string type, long? major, long? minor, string access = "rwm") =>
        new() { Allow = true, Type = type, Major = major, Minor = minor, Access = access };
}
