namespace Wharf.Libcontainer.Statistics;

/// <summary>Processor time in nanoseconds.</summary>
internal sealed record CpuStatistics
{
    public ulong Total { get; init; }

    public ulong Kernel { get; init; }

    public ulong User { get; init; }

    public IReadOnlyList<ulong> PerProcessor { get; init; } = [];

    public IReadOnlyList<ulong> PerProcessorKernel { get; init; } = [];

    public IReadOnlyList<ulong> PerProcessorUser { get; init; } = [];

    public ulong Periods { get; init; }

    public ulong ThrottledPeriods { get; init; }

    public ulong ThrottledTime { get; init; }

    public PressureStatistics? Pressure { get; init; }
}
