namespace Wharf.Oci.Runtime;

/// <summary>A weight for one device.</summary>
public sealed record WeightDevice
{
    public long Major { get; set; }

    public long Minor { get; set; }

    public ushort? Weight { get; set; }

    public ushort? LeafWeight { get; set; }
}
