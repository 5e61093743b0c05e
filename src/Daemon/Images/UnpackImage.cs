using Wharf.Daemon.Containerd;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>Makes snapshots of a platform that was only kept so far: what is loaded or pulled is unpacked for this machine alone.</summary>
internal sealed class UnpackImage(ContainerdConnection containerd, KeyedLock locks, string snapshotter)
{
    public async Task RunAsync(ImageContent image, CancellationToken cancellation)
    {
        if (image.TopChainId is null || await new LayerUnpacker(containerd.Calls, snapshotter, locks).ExistsAsync(image.TopChainId, cancellation).ConfigureAwait(false))
        {
            return;
        }

        ImageLayers.Check(image.Manifest, image.Image);
        await using ContentLease lease = await ContentLease.TakeAsync(containerd, "unpack", cancellation).ConfigureAwait(false);
        var unpacker = new LayerUnpacker(lease.Calls, snapshotter, locks);
        var content = new ContentStore(lease.Calls);
        for (int index = 0; index < image.ChainIds.Count; index++)
        {
            Descriptor layer = image.Manifest.Layers[index];
            Digest diffId = image.Image.Rootfs.DiffIds[index];
            await unpacker.UnpackAsync(layer, diffId, image.ChainIds[index], index == 0 ? null : image.ChainIds[index - 1], cancellation).ConfigureAwait(false);
            await content.LabelAsync(layer.Digest, new Dictionary<string, string> { [ImageLabels.Uncompressed] = diffId.ToString() }, cancellation).ConfigureAwait(false);
        }

        // From now on the image's config keeps them from collection.
        await content.LabelAsync(image.Manifest.Config.Digest, ImageLayers.References(image.Image, snapshotter), cancellation).ConfigureAwait(false);
    }
}
