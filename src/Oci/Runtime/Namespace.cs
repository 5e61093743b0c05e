namespace Wharf.Oci.Runtime;

/// <summary>A namespace to make, or to join when it has a path.</summary>
public sealed record Namespace
{
    public string Type { get; set; } = "";

    public string? Path { get; set; }
}
