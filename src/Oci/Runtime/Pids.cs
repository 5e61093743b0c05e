namespace Wharf.Oci.Runtime;

/// <summary>The number of tasks; 0 or less for no limit.</summary>
public sealed record Pids
{
    public long? Limit { get; set; }
}
