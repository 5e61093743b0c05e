using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Registries;
using Wharf.Containerd.Rpc;
using Wharf.Oci.Images;
using Wharf.Registry;

namespace Wharf.Containerd.Transfers;

/// <summary>A stored image to a registry: blobs before the manifests that name them, and the name last.</summary>
internal sealed class PushToRegistry(StoredContent content, RegistryAccess registry, PlatformChoice platforms, TransferProgress progress)
{
    private const int AtOnce = 4;
    private readonly ImageWalk walk = new($"push \"{registry.Reference}\"");

    public async Task PushAsync(CallScope scope, string name, Descriptor target, CancellationToken cancellation)
    {
        ContentDescriptor told = StoredContent.ToContainerd(target);
        await progress.TellAsync($"Pushing to OCI Registry ({registry.Reference})", cancellation).ConfigureAwait(false);
        await progress.TellAsync("pushing content", name, told, 0, cancellation).ConfigureAwait(false);
        await SendAsync(scope, target, registry.Reference.Tag, depth: 0, cancellation).ConfigureAwait(false);
        await progress.TellAsync("pushed content", name, told, 0, cancellation).ConfigureAwait(false);
        await progress.TellAsync($"Completed push to OCI Registry ({registry.Reference})", cancellation).ConfigureAwait(false);
    }

    private async Task SendAsync(CallScope scope, Descriptor document, string? tag, int depth, CancellationToken cancellation)
    {
        if (!walk.Enter(document, depth))
        {
            return;
        }

        byte[] bytes = content.Read(scope, document.Digest, ImageDocuments.LargestManifest);
        if (MediaTypes.IsIndex(document.MediaType))
        {
            IReadOnlyList<Descriptor> listed = ImageDocuments.ReadIndex(bytes, document.MediaType).Manifests;
            IReadOnlyList<Descriptor> chosen = platforms.Choose(listed);
            if (chosen.Count == 0)
            {
                throw ContainerdException.NotFound($"push \"{registry.Reference}\": no manifest for the platform");
            }

            foreach (Descriptor child in chosen)
            {
                await SendAsync(scope, child, tag: null, depth + 1, cancellation).ConfigureAwait(false);
            }
        }
        else if (MediaTypes.IsManifest(document.MediaType))
        {
            Manifest manifest = ImageDocuments.ReadManifest(bytes, document.MediaType);
            await Parallel.ForEachAsync(
                manifest.Layers.Where(layer => layer.MediaType != MediaTypes.DockerForeignLayer).Prepend(manifest.Config).DistinctBy(blob => blob.Digest),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (blob, stop) => await SendBlobAsync(scope, blob, stop).ConfigureAwait(false)).ConfigureAwait(false);
        }
        else
        {
            throw new ContainerdException(ErrorKind.Unimplemented, $"push \"{registry.Reference}\": media type \"{document.MediaType}\": not implemented");
        }

        string name = $"{(MediaTypes.IsIndex(document.MediaType) ? "index" : "manifest")}-{document.Digest}";
        await registry.Repository.PushManifestAsync(tag ?? document.Digest.ToString(), new RegistryManifest(document, bytes), cancellation).ConfigureAwait(false);
        await progress.TellAsync("complete", name, StoredContent.ToContainerd(document), document.Size, cancellation).ConfigureAwait(false);
    }

    private async Task SendBlobAsync(CallScope scope, Descriptor blob, CancellationToken cancellation)
    {
        string name = $"{(MediaTypes.IsConfig(blob.MediaType) ? "config" : "layer")}-{blob.Digest}";
        ContentDescriptor told = StoredContent.ToContainerd(blob);
        await progress.TellAsync("waiting", name, told, 0, cancellation).ConfigureAwait(false);
        IReadOnlyList<string> sources = Origins.Of(content.Labels(scope, blob.Digest), registry.Reference);
        BlobPush how = await registry.Repository.PushBlobAsync(
            blob,
            sources,
            offset =>
            {
                FileStream file = content.Open(scope, blob.Digest);
                file.Position = offset;
                return file;
            },
            sent => progress.TellAsync("uploading", name, told, sent, cancellation),
            cancellation).ConfigureAwait(false);
        content.AddOrigin(scope, blob.Digest, registry.Reference);
        await progress.TellAsync(how == BlobPush.Present ? "already exists" : "complete", name, told, blob.Size, cancellation).ConfigureAwait(false);
    }
}
