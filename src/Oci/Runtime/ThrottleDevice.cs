namespace Wharf.Oci.Runtime;

/// <summary>A rate for one device: bytes or operations a second.</summary>
public sealed record ThrottleDevice
{
    public long Major { get; set; }

    public long Minor { get; set; }

    public ulong Rate { get; set; }
}
