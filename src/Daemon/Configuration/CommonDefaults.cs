using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Configuration;

/// <summary>What a container has that does not say otherwise.</summary>
internal sealed record CommonDefaults
{
    /// <summary>Bytes of /dev/shm.</summary>
    internal long SharedMemory { get; init; } = 64 << 20;

    /// <summary>"private" or "shareable".</summary>
    internal string IpcMode { get; init; } = "private";

    /// <summary>"private" or "host"; null: as privileged containers and the kernel have it.</summary>
    internal string? CgroupnsMode { get; init; }

    /// <summary>A container's own of the same name count.</summary>
    internal IReadOnlyList<Ulimit> Ulimits { get; init; } = [];
}
