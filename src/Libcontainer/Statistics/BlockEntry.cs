namespace Wharf.Libcontainer.Statistics;

/// <summary>One counter of a block device; the operation is "Read", "Write", "Total" and so on, or empty.</summary>
internal sealed record BlockEntry(ulong Major, ulong Minor, string Operation, ulong Value);
