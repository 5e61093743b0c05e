namespace Wharf.Oci.Runtime;

/// <summary>net_cls and net_prio of cgroup v1.</summary>
public sealed record NetworkLimits
{
    public uint? ClassID { get; set; }

    public IReadOnlyList<InterfacePriority>? Priorities { get; set; }
}
