using Wharf.Daemon.Archives;
using Wharf.Daemon.Containers;
using Wharf.Linux;

namespace Wharf.Daemon.Volumes;

/// <summary>Gives empty volumes what the container's image has at their destinations.</summary>
internal sealed class VolumeCopyUp(TaskClient tasks, VolumeTable volumes, VolumeMounts mounts, string dataRoot)
{
    private readonly Lock gate = new();

    /// <param name="id">A container whose snapshot is made and that does not run.</param>
    internal async Task RunAsync(string id, IReadOnlyList<ContainerMount> own, UserMapping? mapping, CancellationToken cancellation)
    {
        string?[] names = [.. own.Where(mount => mount is { CopiesUp: true, Volume: not null, Subpath: "" }).Select(mount => mount.Volume)];
        string user = id + "-copy";
        await mounts.PrepareAsync(names, user, cancellation).ConfigureAwait(false);
        try
        {
            await FillAsync(id, own, mapping, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await mounts.LeaveAsync(names, user).ConfigureAwait(false);
        }
    }

    private async Task FillAsync(string id, IReadOnlyList<ContainerMount> own, UserMapping? mapping, CancellationToken cancellation)
    {
        ContainerMount[] empty = [.. own.Where(mount => mount is { CopiesUp: true, Volume: not null, Subpath: "" } && IsEmpty(mounts.Use(mount.Volume)))];
        if (empty.Length == 0)
        {
            return;
        }

        IReadOnlyList<ContainerdApi.Types.Mount> snapshot = await tasks.SnapshotMountsAsync(id, cancellation).ConfigureAwait(false);
        await Task.Factory.StartNew(() => Copy(snapshot, empty, mapping), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        foreach (string name in empty.Select(mount => mount.Volume!).Where(name => volumes.TryFind(name) is { Options.Count: > 0 }))
        {
            mounts.ReleaseUnused(name);
        }
    }

    private void Copy(IReadOnlyList<ContainerdApi.Types.Mount> snapshot, IReadOnlyList<ContainerMount> empty, UserMapping? mapping)
    {
        // Two containers may be made with one new volume at a time.
        lock (gate)
        {
            string place = Path.Combine(dataRoot, "tmp", "root");
            Directory.CreateDirectory(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using ContainerRoot root = ContainerRoot.OfSnapshot(snapshot, place, [], writable: false);
            foreach (ContainerMount mount in empty)
            {
                string content = mounts.Use(mount.Volume!);
                if (mapping is not null && IsEmpty(content))
                {
                    // A new volume is the container's, not the host's root's.
                    using FileDescriptor top = Files.Open(content, OpenFlags.ReadOnly | OpenFlags.Directory);
                    Files.ChangeOwner(top, mapping.Root.User, mapping.Root.Group, content);
                }

                using FileDescriptor? found = Files.FindInRoot(root.Root, mount.Destination, OpenFlags.Path);
                if (found is null || Files.Status(found, mount.Destination).Kind != FileKind.Directory || !IsEmpty(content))
                {
                    continue;
                }

                using FileDescriptor from = Files.Reopen(found, OpenFlags.ReadOnly | OpenFlags.Directory, mount.Destination);
                using FileDescriptor to = Files.Open(content, OpenFlags.ReadOnly | OpenFlags.Directory);
                TreeCopy.Run(from, to, mapping);
            }
        }
    }

    private static bool IsEmpty(string folder) => !Directory.EnumerateFileSystemEntries(folder).Any();
}
