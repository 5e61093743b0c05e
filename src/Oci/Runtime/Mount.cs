namespace Wharf.Oci.Runtime;

/// <summary>config.md, "Mounts".</summary>
public sealed record Mount
{
    public string Destination { get; set; } = "";

    public string? Type { get; set; }

    public string? Source { get; set; }

    public IReadOnlyList<string>? Options { get; set; }

    public IReadOnlyList<IdMapping>? UidMappings { get; set; }

    public IReadOnlyList<IdMapping>? GidMappings { get; set; }
}
