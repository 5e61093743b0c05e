namespace Wharf.Oci.Runtime;

/// <summary>A range of ids: inside, outside, how many.</summary>
public sealed record IdMapping
{
    public uint ContainerID { get; set; }

    public uint HostID { get; set; }

    public uint Size { get; set; }
}
