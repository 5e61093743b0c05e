using CsCheck;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Activations;
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
public abstract class SnapshotterContract : IAsyncLifetime
{
    private static readonly CallScope Scope = new("ns", null);
    private static readonly Dictionary<string, string> None = [];
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-snap-").FullName;
    private MetadataStore store = null!;
    private MountActivations activations = null!;
    private Snapshotter snapshots = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "owners, device nodes and overlays need root");
        store = new MetadataStore(Path.Combine(folder, "metadata.db"));
        activations = Activations();
        snapshots = await MakeAsync(store, Root);
    }

    public async ValueTask DisposeAsync()
    {
        store?.Dispose();
        await EndAsync();
        FolderRemoval.Remove(folder);
        GC.SuppressFinalize(this);
    }

    /// <summary>One with these records, also a second one after the first.</summary>
    private protected abstract ValueTask<Snapshotter> MakeAsync(MetadataStore records, string root);

    /// <summary>True when a layer is the files that were written, one by one.</summary>
    private protected virtual bool KeepsFiles => true;

    private protected string Root => Path.Combine(folder, "root");

    private protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_stack_shows_its_layers_merged_and_each_stays_what_it_was()
    {
        await Layer("one", "", [.. RawTar.Entry("a", '0', "a1"), .. RawTar.Entry("d/", '5'), .. RawTar.Entry("d/x", '0', "x"), .. RawTar.Entry("d/y", '0', "y")]);
        await Layer("two", "one", [.. RawTar.Entry("a", '0', "a2"), .. RawTar.Entry("d/.wh.x", '0'), .. RawTar.Entry("d/z", '0', "z")]);
        await Layer("three", "two", [.. RawTar.Entry("d/", '5'), .. RawTar.Entry("d/.wh..wh..opq", '0'), .. RawTar.Entry("d/only", '0', "o"), .. RawTar.Entry(".wh.a", '0')]);

        Assert.Equal(["a", "d", "d/x", "d/y"], await Names("one"));
        Assert.Equal(["a", "d", "d/y", "d/z"], await Names("two"));
        Assert.Equal(["d", "d/only"], await Names("three"));
    }

    [Fact]
    public async Task Layers_of_any_trees_applied_one_on_another_show_the_last_tree()
    {
        await Gen.Select(RandomTree.Any, RandomTree.Any, RandomTree.Any).SampleAsync(
            async (first, second, third) =>
            {
                string id = Guid.NewGuid().ToString("N");
                string before = string.Empty;
                RandomTree empty = new([]);
                RandomTree below = empty;
                foreach (RandomTree tree in new[] { first, second, third })
                {
                    byte[] layer = LayerOf(below, tree);
                    string name = $"{id}-{Guid.NewGuid():N}";
                    await Layer(name, before, layer);
                    (before, below) = (name, tree);
                }

                string root = Directory.CreateDirectory(Path.Combine(folder, id)).FullName;
                third.Make(root);
                using FileDescriptor expected = MountedTree.OpenLayers([root]);
                Assert.Equal(TreeListing.Of(expected), await Listing(before));
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public async Task What_is_written_into_a_child_is_its_own()
    {
        await Layer("base", "", [.. RawTar.Entry("f", '0', "base"), .. RawTar.Entry("g", '1', link: "f")]);
        await Write("one", "base", [.. RawTar.Entry("f", '0', "one")]);
        await Write("two", "base", [.. RawTar.Entry("new", '0', "two")]);

        Assert.Equal(["f", "g"], await Names("base"));
        Assert.Equal(["f", "g"], await NamesOf(await snapshots.MountsAsync("ns", "one", Cancellation)));
        Assert.Equal(["f", "g", "new"], await NamesOf(await snapshots.MountsAsync("ns", "two", Cancellation)));
    }

    [Fact]
    public async Task Kinds_parents_labels_and_times_are_told()
    {
        await Layer("base", "", RawTar.Entry("f", '0', "x"));
        await snapshots.CreateAsync(Scope, "active", "base", writable: true, new Dictionary<string, string> { ["a"] = "1" }, Cancellation);
        await snapshots.CreateAsync(Scope, "view", "base", writable: false, None, Cancellation);

        Assert.Equal([("active", Kind.Active, "base"), ("base", Kind.Committed, ""), ("view", Kind.View, "base")], snapshots.List("ns").Select(info => (info.Name, info.Kind, info.Parent)));
        Info changed = snapshots.Update("ns", new Info { Name = "active", Labels = { ["b"] = "2" } }, ["labels.b"]);
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, changed.Labels);
        Assert.True(changed.UpdatedAt.ToDateTimeOffset() >= changed.CreatedAt.ToDateTimeOffset());
        Assert.Equal(ErrorKind.InvalidArgument, FailsAtOnce(() => snapshots.Update("ns", new Info { Name = "active" }, ["kind"])));
    }

    [Fact]
    public async Task What_is_not_allowed_is_refused_by_kind()
    {
        await Layer("base", "", RawTar.Entry("f", '0', "x"));
        await snapshots.CreateAsync(Scope, "active", "base", writable: true, None, Cancellation);
        await snapshots.CreateAsync(Scope, "view", "base", writable: false, None, Cancellation);

        Assert.Equal(ErrorKind.AlreadyExists, await Fails(() => snapshots.CreateAsync(Scope, "active", "", writable: true, None, Cancellation)));
        Assert.Equal(ErrorKind.NotFound, await Fails(() => snapshots.CreateAsync(Scope, "x", "nothere", writable: true, None, Cancellation)));
        Assert.Equal(ErrorKind.InvalidArgument, await Fails(() => snapshots.CreateAsync(Scope, "x", "active", writable: true, None, Cancellation)));
        Assert.Equal(ErrorKind.InvalidArgument, await Fails(() => snapshots.CreateAsync(Scope, "", "", writable: true, None, Cancellation)));
        Assert.Equal(ErrorKind.FailedPrecondition, await Fails(() => snapshots.MountsAsync("ns", "base", Cancellation)));
        Assert.Equal(ErrorKind.FailedPrecondition, await Fails(() => snapshots.CommitAsync(Scope, "x", "view", None, Cancellation)));
        Assert.Equal(ErrorKind.AlreadyExists, await Fails(() => snapshots.CommitAsync(Scope, "base", "active", None, Cancellation)));
        Assert.Equal(ErrorKind.FailedPrecondition, await Fails(() => snapshots.RemoveAsync("ns", "base")));
        Assert.Equal(ErrorKind.NotFound, await Fails(() => snapshots.RemoveAsync("ns", "nothere")));
        Assert.Equal(ErrorKind.NotFound, FailsAtOnce(() => snapshots.Get("other", "base")));
    }

    [Fact]
    public async Task A_view_is_read_only_and_an_active_one_is_not()
    {
        await Layer("base", "", RawTar.Entry("f", '0', "x"));

        Assert.Equal(ErrorKind.FailedPrecondition, await Fails(async () => await TargetOf(await snapshots.CreateAsync(Scope, "view", "base", writable: false, None, Cancellation))));
        Assert.NotNull(await TargetOf(await snapshots.CreateAsync(Scope, "active", "base", writable: true, None, Cancellation)));
        Assert.Equal(["f"], await NamesOf(await snapshots.MountsAsync("ns", "view", Cancellation)));
    }

    [Fact]
    public async Task Usage_is_what_the_disk_gave_with_links_once_and_holes_not_at_all()
    {
        await snapshots.CreateAsync(Scope, "active", "", writable: true, None, Cancellation);
        (long Size, long Inodes) empty = await snapshots.UsageAsync("ns", "active", Cancellation);
        string root = (await TargetOf(await snapshots.MountsAsync("ns", "active", Cancellation))).Folder;
        using (FileStream file = File.Create(Path.Combine(root, "sparse")))
        {
            file.SetLength(64 << 20);
            file.Write(new byte[8192]);
        }

        using (FileDescriptor opened = Files.Open(root, OpenFlags.ReadOnly | OpenFlags.Directory))
        {
            DirectoryEntries.Link(opened, "sparse", opened, "again");
        }

        (long Size, long Inodes) usage = await snapshots.UsageAsync("ns", "active", Cancellation);
        Assert.InRange(usage.Size - empty.Size, 8192, 64 << 10);
        Assert.Equal(empty.Inodes + 1, usage.Inodes);
        await snapshots.CommitAsync(Scope, "base", "active", None, Cancellation);
        (long Size, long Inodes) committed = await snapshots.UsageAsync("ns", "base", Cancellation);
        if (KeepsFiles)
        {
            Assert.Equal(usage, committed);
        }
        else
        {
            Assert.InRange(committed.Size, 8192, 128 << 20);
        }
    }

    [Fact]
    public async Task A_new_start_has_all_that_was_recorded_and_removes_the_rest()
    {
        await Layer("base", "", RawTar.Entry("f", '0', "x"));
        await snapshots.CreateAsync(Scope, "active", "base", writable: true, None, Cancellation);
        string lost = (await TargetOf(await snapshots.MountsAsync("ns", "active", Cancellation))).Folder;
        store.Change(records => snapshots.Delete(records, "ns", "active"));
        store.Dispose();
        store = new MetadataStore(Path.Combine(folder, "metadata.db"));
        activations = Activations();
        snapshots = await MakeAsync(store, Root);

        await snapshots.RemoveUnrecordedAsync(Cancellation);

        Assert.False(Directory.Exists(lost));
        Assert.Equal(["f"], await Names("base"));
        await snapshots.RemoveAsync("ns", "base");
        Assert.Empty(snapshots.List("ns"));
    }

    private MountActivations Activations() => new(store, Path.Combine(folder, "state"), new MountPreparation([folder]));

    private static async Task<ErrorKind> Fails(Func<Task> action) => (await Assert.ThrowsAsync<ContainerdException>(action)).Kind;

    private static ErrorKind FailsAtOnce(Action action) => Assert.Throws<ContainerdException>(action).Kind;

    private async Task<IReadOnlyList<string>> NamesOf(IReadOnlyList<Mount> mounts)
    {
        await using ActivatedMounts activated = await ActivatedMounts.OfAsync(activations, Scope, mounts, Cancellation);
        using FileDescriptor root = MountedTree.Open(activated.Mounts)!;
        return [.. TreeListing.Of(root).Select(line => line.Split(' ')[0])];
    }

    private async Task<LayerTarget> TargetOf(IReadOnlyList<Mount> mounts)
    {
        await using ActivatedMounts activated = await ActivatedMounts.OfAsync(activations, Scope, mounts, Cancellation);
        return LayerTarget.Of(activated.Mounts);
    }

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

    private async Task Write(string key, string parent, byte[] layer)
    {
        await snapshots.CreateAsync(Scope, key, parent, writable: true, None, Cancellation);
        await using ActivatedMounts activated = await ActivatedMounts.OfAsync(activations, Scope, await snapshots.MountsAsync("ns", key, Cancellation), Cancellation);
        using var applier = new LayerApplier(LayerTarget.Of(activated.Mounts));
        applier.Apply(new TarReader(new MemoryStream([.. layer, .. new byte[1024]])), TestContext.Current.CancellationToken);
    }

    private async Task Layer(string name, string parent, byte[] layer)
    {
        await Write($"{name}-key", parent, layer);
        await snapshots.CommitAsync(Scope, name, $"{name}-key", None, Cancellation);
    }

    private async Task<IReadOnlyList<string>> Names(string name) => [.. (await Listing(name)).Select(line => line.Split(' ')[0])];

    private async Task<IReadOnlyList<string>> Listing(string name)
    {
        string key = $"look-{Guid.NewGuid():N}";
        IReadOnlyList<Mount> mounts = await snapshots.CreateAsync(Scope, key, name, writable: false, None, Cancellation);
        try
        {
            await using ActivatedMounts activated = await ActivatedMounts.OfAsync(activations, Scope, mounts, Cancellation);
            using FileDescriptor root = MountedTree.Open(activated.Mounts)!;
            return TreeListing.Of(root);
        }
        finally
        {
            await snapshots.RemoveAsync("ns", key);
        }
    }
}
