using CsCheck;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Differ;
using Wharf.Containerd.Layers;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Snapshots;
using Wharf.Containerd.Tests.Differ;
using Wharf.Containerd.Tests.Layers;
using Wharf.Linux;

namespace Wharf.Containerd.Tests.Snapshots;

/// <summary>What every snapshotter does alike; it knows the contract and none of them.</summary>
public abstract class SnapshotterContract : IDisposable
{
    private static readonly CallScope Scope = new("ns", null);
    private static readonly Dictionary<string, string> None = [];
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-snap-").FullName;
    private MetadataStore store;
    private Snapshotter snapshots;

    protected SnapshotterContract()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "owners, device nodes and overlays need root");
        store = new MetadataStore(Path.Combine(folder, "metadata.db"));
        snapshots = Open();
    }

    private protected abstract Snapshotter Make(MetadataStore records, string root);

    public void Dispose()
    {
        store.Dispose();
        FolderRemoval.Remove(folder);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_stack_shows_its_layers_merged_and_each_stays_what_it_was()
    {
        Layer("one", "", [.. RawTar.Entry("a", '0', "a1"), .. RawTar.Entry("d/", '5'), .. RawTar.Entry("d/x", '0', "x"), .. RawTar.Entry("d/y", '0', "y")]);
        Layer("two", "one", [.. RawTar.Entry("a", '0', "a2"), .. RawTar.Entry("d/.wh.x", '0'), .. RawTar.Entry("d/z", '0', "z")]);
        Layer("three", "two", [.. RawTar.Entry("d/", '5'), .. RawTar.Entry("d/.wh..wh..opq", '0'), .. RawTar.Entry("d/only", '0', "o"), .. RawTar.Entry(".wh.a", '0')]);

        Assert.Equal(["a", "d", "d/x", "d/y"], Names("one"));
        Assert.Equal(["a", "d", "d/y", "d/z"], Names("two"));
        Assert.Equal(["d", "d/only"], Names("three"));
    }

    [Fact]
    public void Layers_of_any_trees_applied_one_on_another_show_the_last_tree()
    {
        Gen.Select(RandomTree.Any, RandomTree.Any, RandomTree.Any).Sample(
            (first, second, third) =>
            {
                string id = Guid.NewGuid().ToString("N");
                string before = string.Empty;
                RandomTree empty = new([]);
                RandomTree below = empty;
                foreach (RandomTree tree in new[] { first, second, third })
                {
                    byte[] layer = LayerOf(below, tree);
                    string name = $"{id}-{Guid.NewGuid():N}";
                    Layer(name, before, layer);
                    (before, below) = (name, tree);
                }

                string root = Directory.CreateDirectory(Path.Combine(folder, id)).FullName;
                third.Make(root);
                using FileDescriptor expected = MountedTree.OpenLayers([root]);
                Assert.Equal(TreeListing.Of(expected), Listing(before));
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public void What_is_written_into_a_child_is_its_own()
    {
        Layer("base", "", [.. RawTar.Entry("f", '0', "base"), .. RawTar.Entry("g", '1', link: "f")]);
        Write("one", "base", [.. RawTar.Entry("f", '0', "one")]);
        Write("two", "base", [.. RawTar.Entry("new", '0', "two")]);

        Assert.Equal(["f", "g"], Names("base"));
        Assert.Equal(["f", "g"], NamesOf(snapshots.Mounts("ns", "one")));
        Assert.Equal(["f", "g", "new"], NamesOf(snapshots.Mounts("ns", "two")));
    }

    [Fact]
    public void Kinds_parents_labels_and_times_are_told()
    {
        Layer("base", "", RawTar.Entry("f", '0', "x"));
        snapshots.Create(Scope, "active", "base", writable: true, new Dictionary<string, string> { ["a"] = "1" });
        snapshots.Create(Scope, "view", "base", writable: false, None);

        Assert.Equal([("active", Kind.Active, "base"), ("base", Kind.Committed, ""), ("view", Kind.View, "base")], snapshots.List("ns").Select(info => (info.Name, info.Kind, info.Parent)));
        Info changed = snapshots.Update("ns", new Info { Name = "active", Labels = { ["b"] = "2" } }, ["labels.b"]);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, changed.Labels);
        Assert.True(changed.UpdatedAt.ToDateTimeOffset() >= changed.CreatedAt.ToDateTimeOffset());
        Assert.Equal(ErrorKind.InvalidArgument, Fails(() => snapshots.Update("ns", new Info { Name = "active" }, ["kind"])));
    }

    [Fact]
    public void What_is_not_allowed_is_refused_by_kind()
    {
        Layer("base", "", RawTar.Entry("f", '0', "x"));
        snapshots.Create(Scope, "active", "base", writable: true, None);
        snapshots.Create(Scope, "view", "base", writable: false, None);

        Assert.Equal(ErrorKind.AlreadyExists, Fails(() => snapshots.Create(Scope, "active", "", writable: true, None)));
        Assert.Equal(ErrorKind.NotFound, Fails(() => snapshots.Create(Scope, "x", "nothere", writable: true, None)));
        Assert.Equal(ErrorKind.InvalidArgument, Fails(() => snapshots.Create(Scope, "x", "active", writable: true, None)));
        Assert.Equal(ErrorKind.InvalidArgument, Fails(() => snapshots.Create(Scope, "", "", writable: true, None)));
        Assert.Equal(ErrorKind.FailedPrecondition, Fails(() => snapshots.Mounts("ns", "base")));
        Assert.Equal(ErrorKind.FailedPrecondition, Fails(() => snapshots.Commit(Scope, "x", "view", None)));
        Assert.Equal(ErrorKind.AlreadyExists, Fails(() => snapshots.Commit(Scope, "base", "active", None)));
        Assert.Equal(ErrorKind.FailedPrecondition, Fails(() => snapshots.Remove("ns", "base")));
        Assert.Equal(ErrorKind.NotFound, Fails(() => snapshots.Remove("ns", "nothere")));
        Assert.Equal(ErrorKind.NotFound, Fails(() => snapshots.Get("other", "base")));
    }

    [Fact]
    public void A_view_is_read_only_and_an_active_one_is_not()
    {
        Layer("base", "", RawTar.Entry("f", '0', "x"));

        Assert.Equal(ErrorKind.FailedPrecondition, Fails(() => LayerTarget.Of(snapshots.Create(Scope, "view", "base", writable: false, None))));
        Assert.NotNull(LayerTarget.Of(snapshots.Create(Scope, "active", "base", writable: true, None)));
        Assert.Equal(["f"], NamesOf(snapshots.Mounts("ns", "view")));
    }

    [Fact]
    public void Usage_is_what_the_disk_gave_with_links_once_and_holes_not_at_all()
    {
        snapshots.Create(Scope, "active", "", writable: true, None);
        (long Size, long Inodes) empty = snapshots.Usage("ns", "active");
        string root = LayerTarget.Of(snapshots.Mounts("ns", "active")).Folder;
        using (FileStream file = File.Create(Path.Combine(root, "sparse")))
        {
            file.SetLength(64 << 20);
            file.Write(new byte[8192]);
        }

        using (FileDescriptor opened = Files.Open(root, OpenFlags.ReadOnly | OpenFlags.Directory))
        {
            DirectoryEntries.Link(opened, "sparse", opened, "again");
        }

        (long Size, long Inodes) usage = snapshots.Usage("ns", "active");
        Assert.InRange(usage.Size - empty.Size, 8192, 64 << 10);
        Assert.Equal(empty.Inodes + 1, usage.Inodes);
        snapshots.Commit(Scope, "base", "active", None);
        Assert.Equal(usage, snapshots.Usage("ns", "base"));
    }

    [Fact]
    public void A_new_start_has_all_that_was_recorded_and_removes_the_rest()
    {
        Layer("base", "", RawTar.Entry("f", '0', "x"));
        snapshots.Create(Scope, "active", "base", writable: true, None);
        string lost = LayerTarget.Of(snapshots.Mounts("ns", "active")).Folder;
        store.Change(records => records.Delete("ns", snapshots.Records, "active"));
        store.Dispose();
        store = new MetadataStore(Path.Combine(folder, "metadata.db"));
        snapshots = Open();

        snapshots.RemoveUnrecorded();

        Assert.False(Directory.Exists(lost));
        Assert.Equal(["f"], Names("base"));
        snapshots.Remove("ns", "base");
        Assert.Empty(snapshots.List("ns"));
    }

    private static ErrorKind Fails(Action action) => Assert.Throws<ContainerdException>(action).Kind;

    private static IReadOnlyList<string> NamesOf(IReadOnlyList<Mount> mounts)
    {
        using FileDescriptor root = MountedTree.Open(mounts)!;
        return [.. TreeListing.Of(root).Select(line => line.Split(' ')[0])];
    }

    private Snapshotter Open() => Make(store, Path.Combine(folder, "root"));

    private byte[] LayerOf(RandomTree below, RandomTree above)
    {
        string work = Directory.CreateDirectory(Path.Combine(folder, $"work-{Guid.NewGuid():N}")).FullName;
        (string lower, string upper) = (Directory.CreateDirectory(Path.Combine(work, "l")).FullName, Directory.CreateDirectory(Path.Combine(work, "u")).FullName);
        below.Make(lower);
        above.Make(upper);
        using FileDescriptor before = MountedTree.OpenLayers([lower]);
        using FileDescriptor after = MountedTree.OpenLayers([upper]);
        var layer = new MemoryStream();
        new LayerWriter(after, new TarWriter(layer), epoch: null).Write(new TreeChanges(before, after).Walk(TestContext.Current.CancellationToken));
        return layer.ToArray();
    }

    private void Write(string key, string parent, byte[] layer)
    {
        snapshots.Create(Scope, key, parent, writable: true, None);
        using var applier = new LayerApplier(LayerTarget.Of(snapshots.Mounts("ns", key)));
        applier.Apply(new TarReader(new MemoryStream([.. layer, .. new byte[1024]])), TestContext.Current.CancellationToken);
    }

    private void Layer(string name, string parent, byte[] layer)
    {
        Write($"{name}-key", parent, layer);
        snapshots.Commit(Scope, name, $"{name}-key", None);
    }

    private IReadOnlyList<string> Names(string name) => [.. Listing(name).Select(line => line.Split(' ')[0])];

    private IReadOnlyList<string> Listing(string name)
    {
        string key = $"look-{Guid.NewGuid():N}";
        IReadOnlyList<Mount> mounts = snapshots.Create(Scope, key, name, writable: false, None);
        try
        {
            using FileDescriptor root = MountedTree.Open(mounts)!;
            return TreeListing.Of(root);
        }
        finally
        {
            snapshots.Remove("ns", key);
        }
    }
}
