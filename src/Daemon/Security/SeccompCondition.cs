namespace Wharf.Daemon.Security;

/// <summary>When a rule holds.</summary>
internal sealed record SeccompCondition
{
    public IReadOnlyList<string>? Caps { get; set; }

    public IReadOnlyList<string>? Arches { get; set; }

    public string? MinKernel { get; set; }
}
