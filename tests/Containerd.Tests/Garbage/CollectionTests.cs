using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Wharf.ContainerdApi.Containers.V1;
using Wharf.ContainerdApi.Images.V1;
using Wharf.ContainerdApi.Leases.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Activations;
using Wharf.Containerd.Content;
using Wharf.Containerd.Events;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Leases;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Snapshots;
using Wharf.Linux;
using Wharf.Oci.Digests;

namespace Wharf.Containerd.Tests.Garbage;

/// <summary>The collection against a model of it: any graph of images, containers, leases, content and snapshots.</summary>
public sealed class CollectionTests : IDisposable
{
    private const int Blobs = 8;
    private const int Layers = 5;
    private static readonly Dictionary<string, string> None = [];
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-gc-").FullName;
    private readonly MetadataStore store;
    private readonly BlobStore blobs;
    private readonly Snapshotter snapshots;
    private readonly MountActivations activations;
    private readonly GarbageCollector garbage;
    private int count;

    public CollectionTests()
    {
        store = new MetadataStore(Path.Combine(folder, "metadata.db"));
        blobs = new BlobStore(store, new EventExchange(), Path.Combine(folder, "content"));
        snapshots = Snapshotter.Native(store, folder);
        activations = new MountActivations(store, Path.Combine(folder, "state"), new MountPreparation([folder]));
        garbage = new GarbageCollector(store, blobs, new SnapshotterTable([snapshots], NullLogger<SnapshotterTable>.Instance), activations, NullLogger<GarbageCollector>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        garbage.Dispose();
        activations.Dispose();
        store.Dispose();
        FolderRemoval.Remove(folder);
    }

    [Fact]
    public async Task What_something_leads_to_stays_and_all_else_goes()
    {
        // A reference from one thing to another: who, and to whom; negative is nobody.
        Gen<(int From, int To)> edge = Gen.Select(Gen.Int[0, Blobs - 1], Gen.Int[0, Blobs + Layers - 1]);
        await Gen.Select(edge.Array[0, 12], Gen.Int[-1, Layers - 1].Array[Layers], Gen.Int[0, Blobs - 1].Array[0, 2], Gen.Int[0, Layers - 1].Array[0, 1], Gen.Int[0, Blobs + Layers - 1].Array[0, 2], Gen.Int[0, Blobs + Layers - 1].Array[0, 2], Gen.Int[0, Blobs - 1].Array[0, 1]).SampleAsync(
            async graph =>
            {
                ((int From, int To)[] edges, int[] parents, int[] images, int[] containers, int[] leased, int[] expired, int[] roots) = graph;
                string scope = $"n{++count}";
                var caller = new CallScope(scope, null);
                Digest[] digests = [.. Enumerable.Range(0, Blobs).Select(index => Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{scope}/{index}")))];
                string Label(int to) => to < Blobs ? digests[to].ToString() : Layer(to - Blobs);
                for (int index = 0; index < Blobs; index++)
                {
                    var labels = edges.Where(one => one.From == index).Distinct().ToDictionary(one => one.To < Blobs ? $"containerd.io/gc.ref.content.{one.To}" : $"containerd.io/gc.ref.snapshot.native/{one.To}", one => Label(one.To));
                    if (roots.Contains(index))
                    {
                        labels["containerd.io/gc.root"] = "now";
                    }

                    Write(caller, System.Text.Encoding.UTF8.GetBytes($"{scope}/{index}"), labels);
                }

                int[] below = [.. parents.Select((parent, index) => Math.Min(parent, index - 1))];
                for (int index = 0; index < Layers; index++)
                {
                    await snapshots.CreateAsync(caller, "key", below[index] < 0 ? string.Empty : Layer(below[index]), writable: true, None, Cancellation);
                    await snapshots.CommitAsync(caller, Layer(index), "key", None, Cancellation);
                }

                store.Change(records =>
                {
                    foreach (int image in images)
                    {
                        records.Put(scope, RecordKind.Image, $"image{image}", new Image { Name = $"image{image}", Target = new ContentDescriptor { Digest = digests[image].ToString() } });
                    }

                    foreach (int container in containers)
                    {
                        records.Put(scope, RecordKind.Container, $"container{container}", new Container { Id = $"container{container}", Snapshotter = "native", SnapshotKey = Layer(container) });
                    }

                    foreach ((string lease, int[] held, string? end) in new (string, int[], string?)[] { ("kept", leased, null), ("over", expired, "2001-01-01T00:00:00Z") })
                    {
                        var made = new Lease { Id = lease };
                        if (end is not null)
                        {
                            made.Labels["containerd.io/gc.expire"] = end;
                        }

                        records.Put(scope, RecordKind.Lease, lease, made);
                        foreach (int one in held)
                        {
                            LeaseRecords.Add(records, scope, lease, new Resource { Type = one < Blobs ? LeaseRecords.Content : snapshots.Resource, Id = Label(one) });
                        }
                    }
                });

                await garbage.RemovedAsync(now: true);

                HashSet<int> expected = Reached([.. images, .. containers.Select(one => one + Blobs), .. leased, .. roots], edges, below);
                Assert.Equal(expected.Where(one => one < Blobs).Order(), Enumerable.Range(0, Blobs).Where(index => Has(scope, digests[index])));
                Assert.Equal(expected.Where(one => one >= Blobs).Select(one => Layer(one - Blobs)).Order(StringComparer.Ordinal), snapshots.List(scope).Select(info => info.Name).Order(StringComparer.Ordinal));
                Assert.All(expected.Where(one => one < Blobs), one => Assert.True(File.Exists(blobs.PathOf(digests[one]))));
            },
            iter: 25,
            threads: 1);
    }

    [Fact]
    public async Task What_is_being_pulled_is_never_taken_while_others_are_removed_and_collected()
    {
        const string scope = "pulls";
        using var pulled = new CancellationTokenSource();
        Task collecting = Task.Run(
            async () =>
            {
                while (!pulled.IsCancellationRequested)
                {
                    await garbage.RemovedAsync(now: true);
                }
            },
            Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(puller => Task.Run(
            () =>
            {
                for (int round = 0; round < 15; round++)
                {
                    Pull(scope, $"{puller}-{round}");
                }
            },
            Cancellation)));
        await pulled.CancelAsync();
        await collecting;
        await garbage.RemovedAsync(now: true);

        // Every second image was removed again, with all that was only its own.
        Assert.Equal(4 * 8, store.Read(records => records.List(scope, RecordKind.Image)).Count);
        Assert.Equal(4 * 8 * 3, store.Read(records => records.List(scope, RecordKind.Content)).Count);
        Assert.Equal(4 * 8 * 3, Directory.EnumerateFiles(Path.Combine(folder, "content", "blobs", "sha256")).Count());
    }

    private static string Layer(int index) => $"layer{index}";

    private static HashSet<int> Reached(int[] from, (int From, int To)[] edges, int[] below)
    {
        var reached = new HashSet<int>();
        var open = new Stack<int>(from);
        while (open.TryPop(out int one))
        {
            if (!reached.Add(one))
            {
                continue;
            }

            foreach (int to in edges.Where(edge => edge.From == one).Select(edge => edge.To))
            {
                open.Push(to);
            }

            if (one >= Blobs && below[one - Blobs] >= 0)
            {
                open.Push(below[one - Blobs] + Blobs);
            }
        }

        return reached;
    }

    /// <summary>A manifest with two blobs, under a lease until an image leads to them; the blobs come first, as in every pull.</summary>
    private void Pull(string scope, string name)
    {
        var caller = new CallScope(scope, name);
        store.Change(records => records.Put(scope, RecordKind.Lease, name, new Lease { Id = name }));
        Digest[] parts = [.. new[] { "config", "layer" }.Select(part => Write(caller, System.Text.Encoding.UTF8.GetBytes($"{name} {part}"), []))];
        Digest manifest = Write(caller, System.Text.Encoding.UTF8.GetBytes(name), parts.Select((part, index) => (part, index)).ToDictionary(pair => $"containerd.io/gc.ref.content.{pair.index}", pair => pair.part.ToString()));
        Assert.All([manifest, .. parts], digest => Assert.True(Has(scope, digest)));
        store.Change(records =>
        {
            records.Put(scope, RecordKind.Image, name, new Image { Name = name, Target = new ContentDescriptor { Digest = manifest.ToString() } });
            LeaseRecords.Delete(records, scope, name);
        });
        Assert.All([manifest, .. parts], digest => Assert.True(Has(scope, digest)));
        if (int.Parse(name.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture) % 2 == 1)
        {
            store.Remove(records => records.Delete(scope, RecordKind.Image, name));
        }
    }

    private Digest Write(CallScope scope, byte[] bytes, Dictionary<string, string> labels)
    {
        var digest = Digest.Of(bytes);
        using Ingest ingest = blobs.Begin(scope, digest.ToString(), bytes.Length, digest);
        ingest.Write(bytes);
        blobs.Commit(scope, ingest, bytes.Length, digest, labels);
        return digest;
    }

    private bool Has(string scope, Digest digest) => store.Read(records => records.Find(scope, RecordKind.Content, digest.ToString())) is not null && File.Exists(blobs.PathOf(digest));
}
