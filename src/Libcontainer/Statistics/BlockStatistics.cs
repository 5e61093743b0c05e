namespace Wharf.Libcontainer.Statistics;

/// <summary>Input and output of block devices. Only bytes and operations are counted on every kernel; the rest belongs to a scheduler of v1.</summary>
internal sealed record BlockStatistics
{
    public IReadOnlyList<BlockEntry> Bytes { get; init; } = [];

    public IReadOnlyList<BlockEntry> Operations { get; init; } = [];

    public IReadOnlyList<BlockEntry> Queued { get; init; } = [];

    public IReadOnlyList<BlockEntry> ServiceTime { get; init; } = [];

    public IReadOnlyList<BlockEntry> WaitTime { get; init; } = [];

    public IReadOnlyList<BlockEntry> Merged { get; init; } = [];

    public IReadOnlyList<BlockEntry> Time { get; init; } = [];

    public IReadOnlyList<BlockEntry> Sectors { get; init; } = [];

    public PressureStatistics? Pressure { get; init; }
}
