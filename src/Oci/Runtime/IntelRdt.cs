namespace Wharf.Oci.Runtime;

/// <summary>config-linux.md, "IntelRdt".</summary>
public sealed record IntelRdt
{
    public string? ClosID { get; set; }

    public IReadOnlyList<string>? Schemata { get; set; }

    public string? L3CacheSchema { get; set; }

    public string? MemBwSchema { get; set; }

    public bool? EnableMonitoring { get; set; }
}
