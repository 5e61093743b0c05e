namespace Wharf.Oci.Runtime;

/// <summary>config.md, "Process".</summary>
public sealed record Process
{
    public bool? Terminal { get; set; }

    public Box? ConsoleSize { get; set; }

    public User? User { get; set; }

    public IReadOnlyList<string>? Args { get; set; }

    public string? CommandLine { get; set; }

    public IReadOnlyList<string>? Env { get; set; }

    public string Cwd { get; set; } = "";

    public Capabilities? Capabilities { get; set; }

    public IReadOnlyList<Rlimit>? Rlimits { get; set; }

    public bool? NoNewPrivileges { get; set; }

    public string? ApparmorProfile { get; set; }

    public int? OomScoreAdj { get; set; }

    public Scheduler? Scheduler { get; set; }

    public string? SelinuxLabel { get; set; }

    public IoPriority? IoPriority { get; set; }

    public CpuAffinity? ExecCPUAffinity { get; set; }
}
