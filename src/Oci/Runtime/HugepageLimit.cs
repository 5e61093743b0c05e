namespace Wharf.Oci.Runtime;

/// <summary>Bytes of huge pages of one size, such as "2MB".</summary>
public sealed record HugepageLimit
{
    public string PageSize { get; set; } = "";

    public ulong Limit { get; set; }
}
