namespace Wharf.Oci.Runtime;

/// <summary>Offset of a clock in a time namespace.</summary>
public sealed record TimeOffset
{
    public long? Secs { get; set; }

    public uint? Nanosecs { get; set; }
}
