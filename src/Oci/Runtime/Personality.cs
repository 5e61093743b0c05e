namespace Wharf.Oci.Runtime;

/// <summary>personality(2).</summary>
public sealed record Personality
{
    public string Domain { get; set; } = "";

    public IReadOnlyList<string>? Flags { get; set; }
}
