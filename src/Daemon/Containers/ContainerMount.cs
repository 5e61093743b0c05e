namespace Wharf.Daemon.Containers;

/// <summary>A mount of a container as it is kept: a folder of the host, a volume, an image, or memory.</summary>
internal sealed record ContainerMount
{
    internal const string Bind = "bind";
    internal const string OfVolume = "volume";
    internal const string OfImage = "image";
    internal const string Memory = "tmpfs";

    public string Type { get; set; } = "";

    /// <summary>Path on the host, or name of the image; empty for the others.</summary>
    public string Source { get; set; } = "";

    public string Destination { get; set; } = "";

    /// <summary>Name of the volume; null for other types.</summary>
    public string? Volume { get; set; }

    public string Driver { get; set; } = "";

    /// <summary>Nobody gave the volume a name: it may go with its container.</summary>
    public bool IsAnonymous { get; set; }

    public bool ReadOnly { get; set; }

    /// <summary>The options as the user wrote them.</summary>
    public string Mode { get; set; } = "";

    public string Propagation { get; set; } = "";

    /// <summary>An empty volume gets what the image has at the destination.</summary>
    public bool CopiesUp { get; set; }

    public string Subpath { get; set; } = "";

    /// <summary>Without what is mounted below the source.</summary>
    public bool NonRecursive { get; set; }

    /// <summary>What is mounted below the source stays writable.</summary>
    public bool ReadOnlyNonRecursive { get; set; }

    /// <summary>Refused where the kernel cannot make what is mounted below the source read-only too.</summary>
    public bool ReadOnlyForceRecursive { get; set; }

    /// <summary>Options of a filesystem in memory.</summary>
    public IReadOnlyList<string>? Options { get; set; }
}
