namespace Wharf.Libcontainer.Statistics;

/// <summary>What a container uses now, from its cgroup; a controller that the host does not have leaves zeros.</summary>
internal sealed record ContainerStatistics
{
    public CpuStatistics Cpu { get; init; } = new();

    public CpusetStatistics Cpuset { get; init; } = new();

    public MemoryStatistics Memory { get; init; } = new();

    /// <summary>Processes and threads.</summary>
    public ulong Tasks { get; init; }

    /// <summary>0 for no limit.</summary>
    public ulong TaskLimit { get; init; }

    public BlockStatistics Block { get; init; } = new();

    /// <summary>By page size, such as "2MB".</summary>
    public IReadOnlyDictionary<string, HugepageStatistics> Hugepages { get; init; } = new Dictionary<string, HugepageStatistics>();
}
