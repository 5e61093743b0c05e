namespace Wharf.Containerd.Snapshots;

/// <summary>What became of an active snapshot: where it is now, and what it takes in bytes and inodes.</summary>
internal readonly record struct CommittedSnapshot(SnapshotPlace Place, long Size, long Inodes);
