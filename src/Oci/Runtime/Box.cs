namespace Wharf.Oci.Runtime;

/// <summary>Height and width of a terminal in characters.</summary>
public sealed record Box
{
    public uint Height { get; set; }

    public uint Width { get; set; }
}
