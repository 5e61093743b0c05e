namespace Wharf.Libcontainer;

/// <summary>What create and run are told besides the bundle.</summary>
internal sealed record CreateOptions
{
    public string? ConsoleSocket { get; init; }

    public string? PidFile { get; init; }

    /// <summary>Takes lines about the steps; null when nobody wants them.</summary>
    public Action<string>? Debug { get; init; }

    /// <summary>A unix socket that gets a pidfd of the container's first process.</summary>
    public string? PidfdSocket { get; init; }

    /// <summary>Whether the container's program gets a socket to tell that it is ready, as the caller is a service that has one.</summary>
    public bool Notifies { get; init; }

    /// <summary>The bytes that the spec was read from; they save writing it down from the records again.</summary>
    public byte[]? SpecDocument { get; init; }

    /// <summary>The cgroup is a scope of systemd, and cgroupsPath is "slice:prefix:name".</summary>
    public bool SystemdCgroup { get; init; }

    /// <summary>The caller may lack rights over cgroups: what is denied there, and nobody asked for, is done without.</summary>
    public bool RootlessCgroups { get; init; }

    public bool NoPivot { get; init; }

    public bool NoNewKeyring { get; init; }

    /// <summary>Descriptors from 3 on that the container's process inherits.</summary>
    public int PreserveDescriptors { get; init; }
}
