namespace Wharf.Oci.Runtime;

/// <summary>net_prio of one interface.</summary>
public sealed record InterfacePriority
{
    public string Name { get; set; } = "";

    public uint Priority { get; set; }
}
