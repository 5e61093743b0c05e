namespace Wharf.Harness;

/// <summary>The host's mount table.</summary>
public static class HostMounts
{
    public static IReadOnlyList<string> All() => [.. File.ReadAllLines("/proc/self/mountinfo")];

    /// <summary>Mount points at or below a path, parents first.</summary>
    public static IReadOnlyList<string> Below(string path) =>
        [.. All().Select(line => line.Split(' ')[4]).Where(point => point == path || point.StartsWith(path + "/", StringComparison.Ordinal))];
}
