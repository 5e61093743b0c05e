namespace Wharf.Oci.Runtime;

/// <summary>ioprio_set(2).</summary>
public sealed record IoPriority
{
    public string? Class { get; set; }

    public int? Priority { get; set; }
}
