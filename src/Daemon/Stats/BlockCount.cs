namespace Wharf.Daemon.Stats;

/// <summary>Bytes or operations of one kind on one block device.</summary>
internal sealed record BlockCount(ulong Major, ulong Minor, string Operation, ulong Value);
