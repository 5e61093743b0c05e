namespace Wharf.Libcontainer.Statistics;

/// <summary>The cpuset of cgroup v1; on v2 the two lists only.</summary>
internal sealed record CpusetStatistics
{
    public IReadOnlyList<ushort> Cpus { get; init; } = [];

    public IReadOnlyList<ushort> Mems { get; init; } = [];

    public ulong CpuExclusive { get; init; }

    public ulong MemHardwall { get; init; }

    public ulong MemExclusive { get; init; }

    public ulong MemoryMigrate { get; init; }

    public ulong MemorySpreadPage { get; init; }

    public ulong MemorySpreadSlab { get; init; }

    public ulong MemoryPressure { get; init; }

    public ulong SchedLoadBalance { get; init; }

    public long SchedRelaxDomainLevel { get; init; }
}
