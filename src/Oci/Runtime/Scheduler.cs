namespace Wharf.Oci.Runtime;

/// <summary>sched_setattr(2).</summary>
public sealed record Scheduler
{
    public string? Policy { get; set; }

    public int? Nice { get; set; }

    public int? Priority { get; set; }

    public IReadOnlyList<string>? Flags { get; set; }

    public ulong? Runtime { get; set; }

    public ulong? Deadline { get; set; }

    public ulong? Period { get; set; }
}
