using Wharf.Libcontainer.Statistics;

namespace Wharf.Libcontainer.Embedding;

/// <summary>What a container uses, from its cgroup; zero where the host does not count.</summary>
public sealed record ContainerUsage
{
    /// <summary>Time on processors since the start.</summary>
    public TimeSpan ProcessorTime { get; init; }

    /// <summary>Bytes of memory in use, page cache included.</summary>
    public ulong Memory { get; init; }

    /// <summary>Bytes: the most memory that was in use.</summary>
    public ulong PeakMemory { get; init; }

    /// <summary>Bytes; a number beyond the machine's memory, or 0, means no limit.</summary>
    public ulong MemoryLimit { get; init; }

    /// <summary>Processes and threads.</summary>
    public ulong Tasks { get; init; }

    /// <summary>The most processes and threads; 0 for no limit.</summary>
    public ulong TaskLimit { get; init; }

    /// <summary>Bytes read from block devices.</summary>
    public ulong BytesRead { get; init; }

    /// <summary>Bytes written to block devices.</summary>
    public ulong BytesWritten { get; init; }

    internal static ContainerUsage Of(ContainerStatistics statistics) => new()
    {
        ProcessorTime = TimeSpan.FromTicks((long)(statistics.Cpu.Total / TimeSpan.NanosecondsPerTick)),
        Memory = statistics.Memory.Usage.Used,
        PeakMemory = statistics.Memory.Usage.Peak,
        MemoryLimit = statistics.Memory.Usage.Limit,
        Tasks = statistics.Tasks,
        TaskLimit = statistics.TaskLimit,
        BytesRead = Sum(statistics.Block.Bytes, "Read"),
        BytesWritten = Sum(statistics.Block.Bytes, "Write"),
    };

    private static ulong Sum(IReadOnlyList<BlockEntry> entries, string operation)
    {
        ulong sum = 0;
        foreach (BlockEntry entry in entries)
        {
            sum += entry.Operation.Equals(operation, StringComparison.OrdinalIgnoreCase) ? entry.Value : 0;
        }

        return sum;
    }
}
