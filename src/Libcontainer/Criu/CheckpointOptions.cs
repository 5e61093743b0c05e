namespace Wharf.Libcontainer.Criu;

/// <summary>What checkpoint is told.</summary>
internal sealed record CheckpointOptions
{
    public required CriuSettings Criu { get; init; }

    /// <summary>The image of an earlier pre-dump, relative to this one's folder: only what has changed since is written.</summary>
    public string? ParentPath { get; init; }

    public bool LeaveRunning { get; init; }

    /// <summary>Only memory is written, and the container goes on.</summary>
    public bool PreDump { get; init; }

    public bool LinkRemap { get; init; }

    public bool TcpSkipInFlight { get; init; }

    public PageServer? PageServer { get; init; }

    /// <summary>A descriptor that gets a zero byte when the server of lazy pages is ready; −1 for none.</summary>
    public int StatusDescriptor { get; init; } = -1;
}
