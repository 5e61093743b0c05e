using Wharf.ContainerdApi.Types;
using Wharf.ContainerdApi.Types.Transfer;
using Wharf.Containerd.Layers;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Snapshots;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using OciPlatform = Wharf.Oci.Images.Platform;

namespace Wharf.Containerd.Transfers;

/// <summary>The layers of an image as a stack of snapshots, each named by its chain id and made once.</summary>
internal sealed class UnpackImage(StoredContent content, Snapshotter snapshots, DiffService layers, UnpackConfiguration configuration, TransferProgress progress)
{
    private const string Uncompressed = "containerd.io/uncompressed";
    private const string SnapshotReference = "containerd.io/gc.ref.snapshot.";
    private readonly OciPlatform platform = configuration.Platform is null ? OciPlatform.Host : PlatformChoice.Of(configuration.Platform);

    /// <summary>An image whose parts are all stored.</summary>
    public async Task UnpackAsync(CallScope scope, Descriptor image, CancellationToken cancellation)
    {
        if (FindManifest(scope, image, new ImageWalk($"unpack {image.Digest}"), depth: 0) is not { } manifest || !MediaTypes.IsConfig(manifest.Config.MediaType))
        {
            throw ContainerdException.NotFound($"unpack {image.Digest}: no image for platform {platform}");
        }

        await UnpackAsync(scope, manifest, _ => Task.CompletedTask, cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether a manifest, whose config is stored, is of an image for this platform.</summary>
    public bool Wants(CallScope scope, Manifest manifest) =>
        MediaTypes.IsConfig(manifest.Config.MediaType) && platform.Distance(Config(scope, manifest).Platform) is not null;

    /// <summary>An image whose layers may still be on their way; <paramref name="arrival"/> of one ends when it is stored.</summary>
    public async Task UnpackAsync(CallScope scope, Manifest manifest, Func<Descriptor, Task> arrival, CancellationToken cancellation)
    {
        IReadOnlyList<Digest> diffIds = Config(scope, manifest).Rootfs.DiffIds;
        if (diffIds.Count != manifest.Layers.Count)
        {
            throw ContainerdException.Precondition($"unpack {manifest.Config.Digest}: {manifest.Layers.Count} layers with {diffIds.Count} diff ids");
        }

        IReadOnlyList<Digest> chain = new RootFs { DiffIds = diffIds }.ChainIds();
        for (int index = 0; index < diffIds.Count; index++)
        {
            await arrival(manifest.Layers[index]).WaitAsync(cancellation).ConfigureAwait(false);
            string name = chain[index].ToString();
            if (!snapshots.TryHold(scope, name))
            {
                ContentDescriptor layer = StoredContent.ToContainerd(manifest.Layers[index]);
                await progress.TellAsync("extracting", $"layer-{layer.Digest}", layer, 0, cancellation).ConfigureAwait(false);
                await ApplyAsync(scope, manifest.Layers[index].Digest, diffIds[index], index == 0 ? string.Empty : chain[index - 1].ToString(), name, cancellation).ConfigureAwait(false);
                await progress.TellAsync("extracted", $"layer-{layer.Digest}", layer, layer.Size, cancellation).ConfigureAwait(false);
            }

            content.Label(scope, manifest.Layers[index].Digest, new Dictionary<string, string> { [Uncompressed] = diffIds[index].ToString() });
        }

        if (chain.Count > 0)
        {
            content.Label(scope, manifest.Config.Digest, new Dictionary<string, string> { [SnapshotReference + snapshots.Name] = chain[^1].ToString() });
        }
    }

    private Image Config(CallScope scope, Manifest manifest) => ImageDocuments.ReadImage(content.Read(scope, manifest.Config.Digest, ImageDocuments.LargestConfig));

    private Manifest? FindManifest(CallScope scope, Descriptor image, ImageWalk walk, int depth)
    {
        if (!walk.Enter(image, depth))
        {
            return null;
        }

        byte[] document = content.Read(scope, image.Digest, ImageDocuments.LargestManifest);
        if (!MediaTypes.IsIndex(image.MediaType))
        {
            return ImageDocuments.ReadManifest(document, image.MediaType);
        }

        return ImageDocuments.ReadIndex(document, image.MediaType).Manifests
            .Where(child => content.Has(scope, child.Digest) && (child.Platform is null || platform.Distance(child.Platform) is not null))
            .OrderBy(child => child.Platform is null ? int.MaxValue : platform.Distance(child.Platform))
            .Select(child => FindManifest(scope, child, walk, depth + 1))
            .FirstOrDefault(found => found is not null);
    }

    private async Task ApplyAsync(CallScope scope, Digest layer, Digest diffId, string parent, string name, CancellationToken cancellation)
    {
        string key = $"extract-{Guid.NewGuid():N} {name}";
        IReadOnlyList<Mount> mounts;
        try
        {
            mounts = await snapshots.CreateAsync(scope, key, parent, writable: true, new Dictionary<string, string> { ["containerd.io/snapshot.ref"] = name }, cancellation).ConfigureAwait(false);
        }
        catch (ContainerdException error) when (error.Kind == ErrorKind.AlreadyExists && snapshots.TryHold(scope, name))
        {
            // Somebody else has unpacked the layer meanwhile, or the snapshotter gets at it without us.
            return;
        }

        bool committed = false;
        try
        {
            ContentDescriptor applied = await layers.ApplyAsync(scope, layer, mounts, sync: false, cancellation).ConfigureAwait(false);
            if (applied.Digest != diffId.ToString())
            {
                throw ContainerdException.Precondition($"wrong diff id calculated on extraction \"{applied.Digest}\" of layer {layer}, its image says {diffId}");
            }

            await snapshots.CommitAsync(scope, name, key, new Dictionary<string, string>(), cancellation).ConfigureAwait(false);
            committed = true;
        }
        catch (ContainerdException error) when (error.Kind == ErrorKind.AlreadyExists)
        {
            // Somebody else has unpacked the same layer meanwhile.
        }
        finally
        {
            if (!committed)
            {
                await snapshots.RemoveAsync(scope.Namespace, key).ConfigureAwait(false);
            }
        }
    }
}
