namespace Wharf.Libcontainer;

/// <summary>What exec is told besides the process.</summary>
internal sealed record ExecOptions
{
    public string? ConsoleSocket { get; init; }

    public string? PidFile { get; init; }

    /// <summary>Takes lines about the steps; null when nobody wants them.</summary>
    public Action<string>? Debug { get; init; }

    /// <summary>A unix socket that gets a pidfd of the process.</summary>
    public string? PidfdSocket { get; init; }

    /// <summary>Existing cgroups below the container's: a path by controller on v1, one path by "" on v2.</summary>
    public IReadOnlyDictionary<string, string> Cgroups { get; init; } = new Dictionary<string, string>();

    public bool NoNewKeyring { get; init; } = true;

    public bool IgnorePaused { get; init; }

    public int PreserveDescriptors { get; init; }
}
