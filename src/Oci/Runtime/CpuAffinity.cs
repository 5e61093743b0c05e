namespace Wharf.Oci.Runtime;

/// <summary>CPU lists for processes started by exec.</summary>
public sealed record CpuAffinity
{
    public string? Initial { get; set; }

    public string? Final { get; set; }
}
