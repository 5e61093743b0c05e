namespace Wharf.Libcontainer;

/// <summary>What create and run are told besides the bundle.</summary>
public sealed record CreateOptions
{
    public string? ConsoleSocket { get; init; }

    public string? PidFile { get; init; }

    public bool NoPivot { get; init; }

    public bool NoNewKeyring { get; init; }

    /// <summary>Descriptors from 3 on that the container's process inherits.</summary>
    public int PreserveDescriptors { get; init; }
}
