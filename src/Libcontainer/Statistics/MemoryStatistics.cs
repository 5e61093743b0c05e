namespace Wharf.Libcontainer.Statistics;

internal sealed record MemoryStatistics
{
    /// <summary>Bytes of the page cache.</summary>
    public ulong Cache { get; init; }

    public MemoryUsage Usage { get; init; } = new();

    /// <summary>Memory and swap together, on v2 too.</summary>
    public MemoryUsage WithSwap { get; init; } = new();

    public MemoryUsage Kernel { get; init; } = new();

    public MemoryUsage KernelTcp { get; init; } = new();

    /// <summary>memory.stat as it is.</summary>
    public IReadOnlyDictionary<string, ulong> Details { get; init; } = new Dictionary<string, ulong>();

    public PressureStatistics? Pressure { get; init; }
}
