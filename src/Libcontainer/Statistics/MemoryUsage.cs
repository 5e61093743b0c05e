namespace Wharf.Libcontainer.Statistics;

/// <summary>Bytes of one kind of memory: in use, the most that was, the limit, and how often it was met.</summary>
internal sealed record MemoryUsage(ulong Used = 0, ulong Peak = 0, ulong Limit = 0, ulong Failures = 0);
