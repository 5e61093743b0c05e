using Wharf.ContainerdApi.Types;

namespace Wharf.Containerd.Snapshots;

/// <summary>How a snapshotter keeps its snapshots on the disk, by number.</summary>
internal interface ISnapshotFolders
{
    IReadOnlyList<string> Capabilities { get; }

    /// <summary>The folder whose files count as the snapshot's own.</summary>
    string Layer(ulong number);

    /// <summary>A new snapshot; <paramref name="parent"/> is the nearest committed one below.</summary>
    void Create(ulong number, bool writable, ulong? parent, IReadOnlyDictionary<string, string> labels);

    void Remove(ulong number);

    IEnumerable<ulong> All();

    /// <summary>How a snapshot is mounted; <paramref name="parents"/> from the nearest on.</summary>
    IReadOnlyList<Mount> Mounts(ulong number, bool writable, IReadOnlyList<ulong> parents, IReadOnlyDictionary<string, string> labels);

    /// <summary>Nobody writes into it from here on, and all that it has is on the disk when this returns: its bytes and inodes.</summary>
    (long Size, long Inodes) Commit(ulong number);

    /// <summary>The commit is recorded: what only an active snapshot needs may go.</summary>
    void Settle(ulong number);
}
