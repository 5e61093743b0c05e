using System.Globalization;
using Wharf.ContainerdApi.Types;

namespace Wharf.Containerd.Snapshots;

/// <summary>Labels that say whom the files of a snapshot belong to: containerd.io/snapshot/uidmapping and gidmapping, each "INSIDE:OUTSIDE:COUNT,…".</summary>
/// <param name="Users">As the label has it.</param>
/// <param name="Root">Who root of the container is on the host.</param>
internal sealed record IdMapping(string Users, string Groups, (uint User, uint Group) Root)
{
    private const string UserLabel = "containerd.io/snapshot/uidmapping";
    private const string GroupLabel = "containerd.io/snapshot/gidmapping";
    private const string UserOption = "uidmap=";
    private const string GroupOption = "gidmap=";

    /// <summary>Null when the labels say nothing.</summary>
    /// <exception cref="ContainerdException">They say something that is no mapping, or that leaves root out.</exception>
    public static IdMapping? Of(IReadOnlyDictionary<string, string> labels)
    {
        string users = labels.GetValueOrDefault(UserLabel, string.Empty);
        string groups = labels.GetValueOrDefault(GroupLabel, string.Empty);
        return users.Length == 0 && groups.Length == 0 ? null : new IdMapping(users, groups, (RootOf(users), RootOf(groups)));
    }

    /// <summary>
    /// Mounts of a root filesystem that show its layers with the container's owners. Only a shim is told: a client that mounts a
    /// snapshot to look into it may be older than the options.
    /// </summary>
    public IReadOnlyList<Mount> Show(IReadOnlyList<Mount> mounts) => [.. mounts.Select(mount =>
        mount.Type == "overlay" && !mount.Options.Any(option => option.StartsWith(UserOption, StringComparison.Ordinal))
            ? new Mount(mount) { Options = { $"{UserOption}{Users}", $"{GroupOption}{Groups}" } }
            : mount)];

    private static uint RootOf(string mappings)
    {
        uint? root = null;
        foreach (string mapping in mappings.Split(','))
        {
            uint[] numbers = [.. mapping.Split(':').Select(word => uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : throw Wrong(mapping))];
            if (numbers is not [var inside, var outside, var count])
            {
                throw Wrong(mapping);
            }

            root ??= inside == 0 && count > 0 ? outside : null;
        }

        return root ?? throw ContainerdException.Invalid($"id mapping \"{mappings}\": root is not mapped");
    }

    private static ContainerdException Wrong(string mapping) => ContainerdException.Invalid($"id mapping \"{mapping}\": not INSIDE:OUTSIDE:COUNT");
}
