namespace Wharf.Libcontainer;

/// <summary>What exec is told besides the process.</summary>
public sealed record ExecOptions
{
    public string? ConsoleSocket { get; init; }

    public string? PidFile { get; init; }

    public bool NoNewKeyring { get; init; } = true;

    public bool IgnorePaused { get; init; }

    public int PreserveDescriptors { get; init; }
}
