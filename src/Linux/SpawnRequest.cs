namespace Wharf.Linux;

/// <summary>A program to start and all that it gets.</summary>
public sealed record SpawnRequest
{
    /// <summary>The file to execute; not looked up in PATH.</summary>
    public required string Path { get; init; }

    /// <summary>argv, its first entry included.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>"NAME=value" entries; null to inherit.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>Descriptors and the numbers they have in the program. Of 0, 1, 2 what is not named is /dev/null.</summary>
    public IReadOnlyList<(FileDescriptor From, int To)> Descriptors { get; init; } = [];

    /// <summary>Signals that every thread of the program has blocked from its first moment, as a signal descriptor needs it.</summary>
    public IReadOnlyList<int> BlockedSignals { get; init; } = [];

    public bool NewSession { get; init; }

    public bool NewProcessGroup { get; init; }
}
