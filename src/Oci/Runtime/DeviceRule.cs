namespace Wharf.Oci.Runtime;

/// <summary>An entry of the device list, applied in order.</summary>
public sealed record DeviceRule
{
    public bool Allow { get; set; }

    public string? Type { get; set; }

    public long? Major { get; set; }

    public long? Minor { get; set; }

    public string? Access { get; set; }
}
