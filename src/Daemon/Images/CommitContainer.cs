using System.Text.Json;
using Grpc.Core;
using Wharf.ContainerdApi.Diff.V1;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.Daemon.Containerd;
using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;
using Descriptor = Wharf.Oci.Images.Descriptor;
using Mount = Wharf.ContainerdApi.Types.Mount;

namespace Wharf.Daemon.Images;

/// <summary>Makes an image of a container: its image's layers, and what it has changed as one more.</summary>
internal sealed class CommitContainer(ContainerdConnection containerd, KeyedLock locks, string snapshotter, ImageResolver images)
{
    /// <param name="container">Whose files nothing changes meanwhile, unless the caller wants it so.</param>
    /// <param name="mounts">Of its snapshot.</param>
    /// <param name="name">Null: the image has none.</param>
    /// <param name="changed">What the request's config replaces.</param>
    /// <returns>The image's id.</returns>
    internal async Task<Digest> RunAsync(Container container, IReadOnlyList<Mount> mounts, ImageReference? name, ContainerConfig changed, IReadOnlyList<string> changes, string author, string comment, CancellationToken cancellation)
    {
        ImageConfig config = ImageChanges.Apply(Merge(container.Config, changed), changes);
        ImageContent basis = (await images.ReadAsync(container.Document.ImageId, null, cancellation).ConfigureAwait(false)).Content;
        await using ContentLease lease = await ContentLease.TakeAsync(containerd, "commit", cancellation).ConfigureAwait(false);
        var content = new ContentStore(lease.Calls);
        (Descriptor layer, Digest diffId) = await DiffAsync(lease.Calls, content, basis, mounts, cancellation).ConfigureAwait(false);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Image image = basis.Image with
        {
            Created = now,
            Author = author.Length > 0 ? author : null,
            Config = config,
            Rootfs = basis.Image.Rootfs with { DiffIds = [.. basis.Image.Rootfs.DiffIds, diffId] },
            History = [.. basis.Image.History ?? [], new History { Created = now, CreatedBy = string.Join(' ', container.Document.Args.Prepend(container.Document.Path)), Author = author.Length > 0 ? author : null, Comment = comment.Length > 0 ? comment : null }],
        };
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(image, ImageJson.Plain.Image);
        var manifest = new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Of(document), Size = document.Length },
            Layers = [.. basis.Manifest.Layers, layer],
        };
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, ImageJson.Plain.Manifest);
        var descriptor = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = Digest.Of(bytes), Size = bytes.Length };
        IReadOnlyList<Digest> chain = image.Rootfs.ChainIds();
        await new LayerUnpacker(lease.Calls, snapshotter, locks).UnpackAsync(layer, diffId, chain[^1], chain.Count > 1 ? chain[^2] : null, cancellation).ConfigureAwait(false);
        await content.WriteAsync(manifest.Config, document, ImageLayers.References(image, snapshotter), cancellation).ConfigureAwait(false);
        await content.WriteAsync(descriptor, bytes, ImageLayers.References(manifest), cancellation).ConfigureAwait(false);
        var store = new ImageStore(lease.Calls);
        if (name is null)
        {
            await store.PutAsync(ImageLabels.DanglingPrefix + descriptor.Digest, descriptor, cancellation).ConfigureAwait(false);
        }
        else
        {
            await store.SetAsync(name.ToString(), descriptor, cancellation).ConfigureAwait(false);
        }

        return descriptor.Digest;
    }

    private async Task<(Descriptor Layer, Digest DiffId)> DiffAsync(CallInvoker calls, ContentStore content, ImageContent basis, IReadOnlyList<Mount> mounts, CancellationToken cancellation)
    {
        var snapshots = new Snapshots.SnapshotsClient(calls);
        string view = $"commit-{Guid.NewGuid():N}";
        try
        {
            var request = new DiffRequest { MediaType = MediaTypes.OciLayerGzip, Ref = view };
            request.Right.AddRange(mounts);
            if (basis.TopChainId is { } parent)
            {
                ViewSnapshotResponse shown = await snapshots.ViewAsync(new ViewSnapshotRequest { Snapshotter = snapshotter, Key = view, Parent = parent.ToString() }, cancellationToken: cancellation).ConfigureAwait(false);
                request.Left.AddRange(shown.Mounts);
            }

            DiffResponse made = await new Diff.DiffClient(calls).DiffAsync(request, cancellationToken: cancellation).ConfigureAwait(false);
            var layer = new Descriptor { MediaType = made.Diff.MediaType, Digest = Digest.Parse(made.Diff.Digest), Size = made.Diff.Size };
            ContainerdApi.Content.V1.Info info = await content.FindAsync(layer.Digest, cancellation).ConfigureAwait(false) ?? throw new EngineException(EngineErrorKind.System, $"commit: layer \"{layer.Digest}\" is not there");
            return (layer, Digest.Parse(info.Labels[ImageLabels.Uncompressed]));
        }
        catch (RpcException error) when (error.StatusCode is not StatusCode.Cancelled)
        {
            throw new EngineException(EngineErrorKind.System, $"commit: make layer: {error.Status.Detail}", error);
        }
        finally
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await snapshots.RemoveAsync(new RemoveSnapshotRequest { Snapshotter = snapshotter, Key = view }, cancellationToken: limit.Token).ConfigureAwait(false);
            }
            catch (RpcException)
            {
                // The lease holds it no longer: garbage collection takes it.
            }
        }
    }

    /// <summary>The container's config as the image's, with what the request gives in its place.</summary>
    private static ImageConfig Merge(ContainerConfig own, ContainerConfig changed)
    {
        HashSet<string> names = [.. (changed.Env ?? []).Select(entry => entry.Split('=')[0])];
        Dictionary<string, string> labels = new(own.Labels ?? new Dictionary<string, string>());
        foreach ((string name, string value) in changed.Labels ?? new Dictionary<string, string>())
        {
            labels[name] = value;
        }

        bool ownEntrypoint = changed.Entrypoint is { Count: > 0 };
        return new ImageConfig
        {
            User = changed.User.Length > 0 ? changed.User : own.User,
            Env = [.. changed.Env ?? [], .. (own.Env ?? []).Where(entry => !names.Contains(entry.Split('=')[0]))],
            Cmd = changed.Cmd is { Count: > 0 } ? changed.Cmd : ownEntrypoint ? null : own.Cmd,
            Entrypoint = ownEntrypoint ? changed.Entrypoint : own.Entrypoint,
            WorkingDir = changed.WorkingDir.Length > 0 ? changed.WorkingDir : own.WorkingDir,
            Labels = labels.Count > 0 ? labels : null,
            ExposedPorts = Union(own.ExposedPorts, changed.ExposedPorts),
            Volumes = Union(own.Volumes, changed.Volumes),
            StopSignal = changed.StopSignal ?? own.StopSignal,
            Shell = changed.Shell ?? own.Shell,
            OnBuild = changed.OnBuild ?? own.OnBuild,
            Healthcheck = (changed.Healthcheck ?? own.Healthcheck) is { Test.Count: > 0 } health
                ? new Healthcheck { Test = health.Test, Interval = Given(health.Interval), Timeout = Given(health.Timeout), StartPeriod = Given(health.StartPeriod), StartInterval = Given(health.StartInterval), Retries = health.Retries > 0 ? health.Retries : null }
                : null,
        };
    }

    private static long? Given(long nanoseconds) => nanoseconds > 0 ? nanoseconds : null;

    private static Dictionary<string, EmptyObject>? Union(IReadOnlyDictionary<string, EmptyValue>? one, IReadOnlyDictionary<string, EmptyValue>? other)
    {
        Dictionary<string, EmptyObject> all = (one?.Keys ?? []).Concat(other?.Keys ?? []).Distinct().ToDictionary(name => name, _ => new EmptyObject());
        return all.Count > 0 ? all : null;
    }
}
