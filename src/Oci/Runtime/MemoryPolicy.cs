namespace Wharf.Oci.Runtime;

/// <summary>set_mempolicy(2); nodes as a list such as "0-1,3".</summary>
public sealed record MemoryPolicy
{
    public string Mode { get; set; } = "";

    public string? Nodes { get; set; }

    public IReadOnlyList<string>? Flags { get; set; }
}
