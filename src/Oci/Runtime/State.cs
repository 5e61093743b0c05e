namespace Wharf.Oci.Runtime;

/// <summary>runtime.md, "State".</summary>
public sealed record State
{
    public string OciVersion { get; set; } = "";

    public string Id { get; set; } = "";

    public string Status { get; set; } = "";

    public int? Pid { get; set; }

    public string Bundle { get; set; } = "";

    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}
