namespace Wharf.Oci.Runtime;

/// <summary>The five sets, by name with CAP_.</summary>
public sealed record Capabilities
{
    public IReadOnlyList<string>? Bounding { get; set; }

    public IReadOnlyList<string>? Effective { get; set; }

    public IReadOnlyList<string>? Inheritable { get; set; }

    public IReadOnlyList<string>? Permitted { get; set; }

    public IReadOnlyList<string>? Ambient { get; set; }
}
