using Wharf.ContainerdApi.Types;

namespace Wharf.Containerd.Snapshots;

/// <summary>What keeps the files of snapshots: folders of this daemon, or another program.</summary>
internal interface ISnapshotBackend
{
    /// <summary>What it can do beyond the rest, in the words of introspection.</summary>
    IReadOnlyList<string> Capabilities { get; }

    /// <summary>Where a snapshot that is to be made will be.</summary>
    SnapshotPlace Place(string scope, ulong number, string key);

    /// <summary>
    /// Makes a snapshot on the nearest committed one below. When the backend has already what <paramref name="labels"/> say that it
    /// is for, that is the answer, and nothing was made.
    /// </summary>
    Task<SnapshotPlace?> CreateAsync(string scope, SnapshotPlace place, bool writable, SnapshotPlace? parent, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation);

    /// <summary>How a snapshot is mounted; <paramref name="parents"/> from the nearest on.</summary>
    Task<IReadOnlyList<Mount>> MountsAsync(string scope, SnapshotPlace place, bool writable, IReadOnlyList<SnapshotPlace> parents, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation);

    /// <summary>Makes a layer of an active snapshot; all of it is on the disk when this returns.</summary>
    Task<CommittedSnapshot> CommitAsync(string scope, SnapshotPlace place, string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation);

    /// <summary>The commit is recorded: what only an active snapshot needs may go.</summary>
    Task SettleAsync(SnapshotPlace place);

    /// <summary>Bytes on the disk and inodes.</summary>
    Task<(long Size, long Inodes)> UsageAsync(string scope, SnapshotPlace place, CancellationToken cancellation);

    /// <summary>Nothing happens when there is none.</summary>
    Task RemoveAsync(string scope, SnapshotPlace place, CancellationToken cancellation);

    /// <summary>All that there are, also those that nobody here has a record of.</summary>
    Task<IReadOnlyList<(string Scope, SnapshotPlace Place)>> AllAsync(IReadOnlyList<string> scopes, CancellationToken cancellation);
}
