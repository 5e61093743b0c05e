namespace Wharf.Oci.Runtime;

/// <summary>Weights and rates of block devices.</summary>
public sealed record BlockIO
{
    public ushort? Weight { get; set; }

    public ushort? LeafWeight { get; set; }

    public IReadOnlyList<WeightDevice>? WeightDevice { get; set; }

    public IReadOnlyList<ThrottleDevice>? ThrottleReadBpsDevice { get; set; }

    public IReadOnlyList<ThrottleDevice>? ThrottleWriteBpsDevice { get; set; }

    public IReadOnlyList<ThrottleDevice>? ThrottleReadIOPSDevice { get; set; }

    public IReadOnlyList<ThrottleDevice>? ThrottleWriteIOPSDevice { get; set; }
}
