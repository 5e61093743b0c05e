using System.Globalization;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Criu;

/// <summary>Namespaces that a container joined by path. They are not in the image, and have to be there on restore.</summary>
internal static class ExternalNamespaces
{
    // The versions of criu from which on it knows external ones.
    private static readonly (string Type, string Name, string Key, int Least)[] External =
        [("network", "net", "extRootNetNS", 31100), ("pid", "pid", "extRootPidNS", 31500)];

    private static readonly Dictionary<string, string> Joined = new() { ["mount"] = "mnt", ["uts"] = "uts", ["ipc"] = "ipc", ["user"] = "user", ["time"] = "time" };

    /// <summary>For a dump: "net[INODE]:KEY".</summary>
    internal static IReadOnlyList<string> Names(RuntimeSpec spec, CriuVersion version) =>
    [
        .. WithPath(spec).SelectMany(one => External.Where(known => known.Type == one.Type).Select(known =>
        {
            Require(version, known.Least, known.Name, "checkpointing");
            FileStatus status = Files.Find(one.Path) ?? throw new ContainerException($"namespace \"{one.Type}\" of path \"{one.Path}\": no such file or directory");
            return string.Create(CultureInfo.InvariantCulture, $"{known.Name}[{status.Inode}]:{known.Key}");
        })),
    ];

    /// <summary>For a restore: those that criu takes as a descriptor; the key of each, and its path.</summary>
    internal static IReadOnlyList<(string Key, string Path)> ByDescriptor(RuntimeSpec spec, CriuVersion version) =>
    [
        .. WithPath(spec).SelectMany(one => External.Where(known => known.Type == one.Type).Select(known =>
        {
            Require(version, known.Least, known.Name, "the restoration");
            return (known.Key, one.Path);
        })),
    ];

    /// <summary>For a restore: those that criu joins by path.</summary>
    internal static IReadOnlyList<(string Type, string Path)> ByPath(RuntimeSpec spec) =>
    [
        .. WithPath(spec).Where(one => External.All(known => known.Type != one.Type)).Select(one =>
            (Joined.TryGetValue(one.Type, out string? name) ? name : throw new ContainerException($"Do not know how to handle namespace {one.Type}: criu cannot join it"), one.Path)),
    ];

    private static IEnumerable<(string Type, string Path)> WithPath(RuntimeSpec spec) =>
        (spec.Linux?.Namespaces ?? []).Where(one => one.Path is { Length: > 0 }).Select(one => (one.Type, one.Path!));

    private static void Require(CriuVersion version, int least, string name, string step)
    {
        if (version.Number < least)
        {
            throw new ContainerException($"criu lacks support for external {name} namespace during {step} process (old criu version?)");
        }
    }
}
