using Wharf.ContainerdApi.Types;

namespace Wharf.Containerd.Snapshots;

/// <summary>Snapshots in folders of this daemon.</summary>
internal sealed class FolderBackend(ISnapshotFolders folders) : ISnapshotBackend
{
    public IReadOnlyList<string> Capabilities => folders.Capabilities;

    public SnapshotPlace Place(string scope, ulong number, string key) => new(number, string.Empty);

    public Task<SnapshotPlace?> CreateAsync(string scope, SnapshotPlace place, bool writable, SnapshotPlace? parent, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation)
    {
        folders.Create(place.Number, writable, parent?.Number, labels);
        return Task.FromResult<SnapshotPlace?>(null);
    }

    public Task<IReadOnlyList<Mount>> MountsAsync(string scope, SnapshotPlace place, bool writable, IReadOnlyList<SnapshotPlace> parents, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation) =>
        Task.FromResult(folders.Mounts(place.Number, writable, [.. parents.Select(parent => parent.Number)], labels));

    public Task<CommittedSnapshot> CommitAsync(string scope, SnapshotPlace place, string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation)
    {
        (long size, long inodes) = folders.Commit(place.Number);
        return Task.FromResult(new CommittedSnapshot(place, size, inodes));
    }

    public Task SettleAsync(SnapshotPlace place)
    {
        folders.Settle(place.Number);
        return Task.CompletedTask;
    }

    public Task<(long Size, long Inodes)> UsageAsync(string scope, SnapshotPlace place, CancellationToken cancellation) => Task.FromResult(DirectoryTree.Usage(folders.Layer(place.Number)));

    public Task RemoveAsync(string scope, SnapshotPlace place, CancellationToken cancellation)
    {
        folders.Remove(place.Number);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<(string Scope, SnapshotPlace Place)>> AllAsync(IReadOnlyList<string> scopes, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<(string, SnapshotPlace)>>([.. folders.All().Select(number => (string.Empty, new SnapshotPlace(number, string.Empty)))]);
}
