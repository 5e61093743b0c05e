namespace Wharf.Daemon.Stats;

/// <summary>What a container has used until one moment. Times are nanoseconds, memory is bytes.</summary>
internal sealed record StatsSample
{
    public DateTimeOffset Read { get; init; }

    public ulong Cpu { get; init; }

    public ulong CpuInKernel { get; init; }

    public ulong CpuInUser { get; init; }

    public IReadOnlyList<ulong> PerCpu { get; init; } = [];

    /// <summary>Of the whole host, since it started.</summary>
    public ulong HostCpu { get; init; }

    public int OnlineCpus { get; init; }

    public ulong Periods { get; init; }

    public ulong ThrottledPeriods { get; init; }

    public ulong ThrottledTime { get; init; }

    public ulong Memory { get; init; }

    public ulong MemoryMost { get; init; }

    public ulong MemoryFailures { get; init; }

    public ulong MemoryLimit { get; init; }

    /// <summary>The kernel's own account of memory, by its names.</summary>
    public IReadOnlyDictionary<string, ulong> MemoryStats { get; init; } = new Dictionary<string, ulong>();

    public ulong Processes { get; init; }

    public ulong ProcessLimit { get; init; }

    public IReadOnlyList<BlockCount> BlockBytes { get; init; } = [];

    public IReadOnlyList<BlockCount> BlockOperations { get; init; } = [];

    public IReadOnlyDictionary<string, LinkCounters> Links { get; init; } = new Dictionary<string, LinkCounters>();
}
