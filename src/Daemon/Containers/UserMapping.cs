using System.Globalization;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>Who the users and groups of a container are on the host.</summary>
internal sealed record UserMapping
{
    private const string UserLabel = "containerd.io/snapshot/uidmapping";
    private const string GroupLabel = "containerd.io/snapshot/gidmapping";

    public IReadOnlyList<IdMapping> Users { get; set; } = [];

    public IReadOnlyList<IdMapping> Groups { get; set; } = [];

    /// <summary>Tells the snapshotter whom the files belong to.</summary>
    internal IReadOnlyDictionary<string, string> Labels => new Dictionary<string, string> { [UserLabel] = Text(Users), [GroupLabel] = Text(Groups) };

    /// <summary>The container's root on the host.</summary>
    internal (uint User, uint Group) Root => (OnHost(Users, 0), OnHost(Groups, 0));

    internal uint UserOnHost(uint user) => OnHost(Users, user);

    internal uint GroupOnHost(uint group) => OnHost(Groups, group);

    /// <summary>The configuration with a user namespace; that of another container where one of its namespaces is joined.</summary>
    internal RuntimeSpec Apply(RuntimeSpec spec)
    {
        LinuxPlatform linux = spec.Linux!;
        string? joined = linux.Namespaces!.Where(one => one.Type is "network" or "pid" or "ipc").Select(one => one.Path).FirstOrDefault(path => path is not null);
        return spec with
        {
            Linux = linux with
            {
                Namespaces = [new Namespace { Type = "user", Path = joined is null ? null : Path.Combine(Path.GetDirectoryName(joined)!, "user") }, .. linux.Namespaces!],
                UidMappings = Users,
                GidMappings = Groups,

                // Of groups the kernel takes only those that are mapped.
                Sysctl = linux.Sysctl?.Where(one => one.Key != "net.ipv4.ping_group_range").ToDictionary(),
            },
        };
    }

    private static string Text(IEnumerable<IdMapping> mappings) =>
        string.Join(',', mappings.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.ContainerID}:{one.HostID}:{one.Size}")));

    private static uint OnHost(IReadOnlyList<IdMapping> mappings, uint id) =>
        mappings.FirstOrDefault(one => id >= one.ContainerID && id - one.ContainerID < one.Size) is { } mapping ? mapping.HostID + (id - mapping.ContainerID) : id;
}
