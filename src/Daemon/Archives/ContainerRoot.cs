using Wharf.Daemon.Containers;
using Wharf.Linux;
using Mount = Wharf.ContainerdApi.Types.Mount;

namespace Wharf.Daemon.Archives;

/// <summary>
/// The files of a container as it sees them, by a descriptor of its root: every path below is opened with RESOLVE_IN_ROOT, so neither a
/// link nor one that is swapped meanwhile leads to the host (CVE-2018-15664), and nothing of the container is ever executed or loaded
/// (CVE-2019-14271). Of a running container it is the root of its own mount namespace; for another one its snapshot and its mounts are
/// put together in a namespace that nobody else sees and that ends with this.
/// </summary>
internal sealed class ContainerRoot : IDisposable
{
    private readonly FileDescriptor? mountNamespace;

    private ContainerRoot(FileDescriptor root, FileDescriptor? mountNamespace)
    {
        Root = root;
        this.mountNamespace = mountNamespace;
    }

    internal FileDescriptor Root { get; }

    public void Dispose()
    {
        Root.Dispose();
        mountNamespace?.Dispose();
    }

    /// <param name="process">The first process of a running container.</param>
    internal static ContainerRoot OfRunning(int process) => new(Files.Open($"/proc/{process}/root", OpenFlags.Path | OpenFlags.Directory), null);

    /// <param name="snapshot">The mounts that show the container's own layer.</param>
    /// <param name="place">A folder that may be hidden while this is set up.</param>
    /// <param name="binds">Sources on the host and what they are mounted upon, from the top.</param>
    /// <param name="writable">False leaves the snapshot's upper layer as it is, and may be done while the container runs.</param>
    internal static ContainerRoot OfSnapshot(IReadOnlyList<Mount> snapshot, string place, IReadOnlyList<(string Source, ContainerMount Mount)> binds, bool writable)
    {
        ContainerRoot? made = null;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    made = SetUp(snapshot, place, binds, writable);
                }
                catch (IOException error)
                {
                    failure = error;
                }
            },
            256 << 10);
        thread.Start();
        thread.Join();
        return made ?? throw new IOException($"mount snapshot: {failure!.Message}", failure);
    }

    private static ContainerRoot SetUp(IReadOnlyList<Mount> snapshot, string place, IReadOnlyList<(string Source, ContainerMount Mount)> binds, bool writable)
    {
        CurrentProcess.Unshare(CloneFlags.NewMount);
        Mounts.Mount(null, "/", null, MountFlags.Private | MountFlags.Recursive);
        List<FileDescriptor> copies = [.. binds.Select(bind => Mounts.CopyTree(bind.Source, recursive: true))];
        try
        {
            MountSnapshot(snapshot, place, writable);
            FileDescriptor root = Files.Open(place, OpenFlags.Path | OpenFlags.Directory);
            var tree = new RootedTree(root, place);
            for (int index = 0; index < binds.Count; index++)
            {
                using FileDescriptor source = Files.Open(binds[index].Source, OpenFlags.Path);
                string destination = binds[index].Mount.Destination;
                using FileDescriptor target = Files.Status(source, destination).Kind == FileKind.Directory ? tree.MakeDirectory(destination) : tree.MakeFile(destination);
                Mounts.Attach(copies[index], target, destination);
                if (binds[index].Mount.ReadOnly)
                {
                    Mounts.SetAttributes(copies[index], MountAttributes.ReadOnly, 0, 0, recursive: true, destination);
                }
            }

            return new ContainerRoot(root, Files.Open("/proc/thread-self/ns/mnt", OpenFlags.ReadOnly));
        }
        finally
        {
            copies.ForEach(copy => copy.Dispose());
        }
    }

    private static void MountSnapshot(IReadOnlyList<Mount> snapshot, string place, bool writable)
    {
        if (snapshot is not [var mount])
        {
            throw new IOException($"{snapshot.Count} mounts instead of one");
        }

        if (mount.Type != "overlay")
        {
            Mounts.Mount(mount.Source, place, null, MountFlags.Bind | MountFlags.Recursive);
            if (!writable)
            {
                Mounts.Mount(null, place, null, MountFlags.Bind | MountFlags.Remount | MountFlags.ReadOnly);
            }

            return;
        }

        // Numbers instead of paths: mount(2) takes one page of options.
        var folders = new List<FileDescriptor>();
        try
        {
            string Number(string path)
            {
                FileDescriptor folder = Files.Open(path, OpenFlags.Path | OpenFlags.Directory);
                folders.Add(folder);
                return $"/proc/self/fd/{folder.Number}";
            }

            string? upper = Value(mount, "upperdir=");
            string? work = Value(mount, "workdir=");
            IEnumerable<string> lower = (Value(mount, "lowerdir=") ?? "").Split(':');
            List<string> options = ["index=off"];
            if (writable && upper is not null && work is not null)
            {
                options.AddRange(["upperdir=" + Number(upper), "workdir=" + Number(work)]);
            }
            else if (upper is not null)
            {
                lower = lower.Prepend(upper);
            }

            string[] layers = [.. lower];
            if (layers.Length == 1 && options.Count == 1)
            {
                Mounts.Mount(layers[0], place, null, MountFlags.Bind);
                return;
            }

            options.Add("lowerdir=" + string.Join(':', layers.Select(Number)));
            Mounts.Mount("overlay", place, "overlay", options.Count == 2 ? MountFlags.ReadOnly : 0, string.Join(',', options));
        }
        finally
        {
            folders.ForEach(folder => folder.Dispose());
        }
    }

    private static string? Value(Mount mount, string name) => mount.Options.FirstOrDefault(option => option.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
}
