namespace Wharf.Oci.Runtime;

/// <summary>The root filesystem: a path, absolute or relative to the bundle.</summary>
public sealed record Root
{
    public string Path { get; set; } = "";

    public bool? Readonly { get; set; }
}
