namespace Wharf.Libcontainer.Criu;

/// <summary>What restore is told besides the bundle.</summary>
internal sealed record RestoreOptions
{
    public required CriuSettings Criu { get; init; }

    public string? ConsoleSocket { get; init; }

    public string? PidFile { get; init; }

    /// <inheritdoc cref="CreateOptions.Notifies"/>
    public bool Notifies { get; init; }

    /// <summary>The bytes that the spec was read from.</summary>
    public byte[]? SpecDocument { get; init; }

    public bool SystemdCgroup { get; init; }

    public bool RootlessCgroups { get; init; }

    /// <summary>"TYPE:NAME": another security profile than the one in the image.</summary>
    public string? LsmProfile { get; init; }

    public string? LsmMountContext { get; init; }
}
