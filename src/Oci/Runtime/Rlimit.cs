namespace Wharf.Oci.Runtime;

/// <summary>getrlimit(2): RLIMIT_ name, soft and hard limit.</summary>
public sealed record Rlimit
{
    public string Type { get; set; } = "";

    public ulong Hard { get; set; }

    public ulong Soft { get; set; }
}
