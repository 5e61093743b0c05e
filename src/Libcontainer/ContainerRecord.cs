using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

/// <summary>What is kept of a container in state.json: all that the later commands need.</summary>
internal sealed record ContainerRecord
{
    public string Id { get; set; } = "";

    public int InitPid { get; set; }

    /// <summary>Set until create has done all of its steps; what it has made is known from here if it is killed before.</summary>
    public bool Creating { get; set; }

    /// <summary>Field 22 of /proc/PID/stat: tells a reused id apart.</summary>
    public ulong InitStart { get; set; }

    public DateTimeOffset Created { get; set; }

    public string Bundle { get; set; } = "";

    public string Rootfs { get; set; } = "";

    public uint Owner { get; set; }

    /// <summary>Cgroup folders of the container: one on v2, one for each controller on v1.</summary>
    public IReadOnlyList<string> CgroupPaths { get; set; } = [];

    /// <summary>Made by a runtime that may lack rights over cgroups.</summary>
    public bool RootlessCgroups { get; set; }

    /// <summary>Where the standard streams of the first process led when it was made; empty in a record of an older build.</summary>
    public IReadOnlyList<string> StandardDescriptors { get; set; } = [];

    /// <summary>The scope of systemd that the container is; null when its cgroup is the runtime's own.</summary>
    public string? SystemdUnit { get; set; }

    public RuntimeSpec Spec { get; set; } = new();

    /// <summary>The spec as it was written by the caller, if it was; kept in place of a second rendering.</summary>
    public byte[]? SpecDocument { get; set; }
}
