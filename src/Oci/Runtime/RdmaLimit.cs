namespace Wharf.Oci.Runtime;

/// <summary>Limits of one RDMA device.</summary>
public sealed record RdmaLimit
{
    public uint? HcaHandles { get; set; }

    public uint? HcaObjects { get; set; }
}
