using System.Diagnostics;
using Wharf.ContainerdApi.Tracing;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Registries;
using Wharf.Containerd.Rpc;
using Wharf.Oci.Images;
using Wharf.Registry;
using ImageReference = Wharf.Oci.References.ImageReference;

namespace Wharf.Containerd.Transfers;

/// <summary>
/// An image from a registry into the content store: manifests, config and layers, each verified, layers side by side. What is to be
/// unpacked is unpacked meanwhile: a layer when it and those below it are there.
/// </summary>
internal sealed class PullFromRegistry(StoredContent content, RegistryAccess registry, PlatformChoice platforms, IReadOnlyList<UnpackImage> unpacks, TransferProgress progress)
{
    private const int AtOnce = 4;
    private readonly ImageReference reference = registry.Reference;
    private readonly RegistryRepository repository = registry.Repository;
    private readonly ImageWalk walk = new($"pull \"{registry.Reference}\"");

    public async Task<Descriptor> PullAsync(CallScope scope, CancellationToken cancellation)
    {
        await progress.TellAsync($"Resolving from OCI Registry ({reference})", cancellation).ConfigureAwait(false);
        RegistryManifest top = await repository.GetManifestAsync(reference.Digest?.ToString() ?? reference.Tag!, cancellation).ConfigureAwait(false);
        await progress.TellAsync($"Pulling from OCI Registry ({reference})", cancellation).ConfigureAwait(false);
        await progress.TellAsync("fetching image content", cancellation).ConfigureAwait(false);
        return await TakeAsync(scope, top, depth: 0, cancellation).ConfigureAwait(false);
    }

    private async Task<Descriptor> TakeAsync(CallScope scope, RegistryManifest manifest, int depth, CancellationToken cancellation)
    {
        string mediaType = manifest.Descriptor.MediaType;
        if (!walk.Enter(manifest.Descriptor, depth))
        {
            return manifest.Descriptor;
        }

        Dictionary<string, string> labels;
        if (MediaTypes.IsIndex(mediaType))
        {
            IReadOnlyList<Descriptor> chosen = platforms.Choose(ImageDocuments.ReadIndex(manifest.Content.Span, mediaType).Manifests);
            if (chosen.Count == 0)
            {
                throw ContainerdException.NotFound($"pull \"{reference}\": no manifest for the platform");
            }

            foreach (Descriptor child in chosen.DistinctBy(child => child.Digest))
            {
                await TakeAsync(scope, await repository.GetManifestAsync(child.Digest.ToString(), cancellation).ConfigureAwait(false), depth + 1, cancellation).ConfigureAwait(false);
            }

            labels = StoredContent.References(chosen);
        }
        else if (MediaTypes.IsManifest(mediaType))
        {
            Manifest parsed = ImageDocuments.ReadManifest(manifest.Content.Span, mediaType);
            await TakeBlobsAsync(scope, parsed, cancellation).ConfigureAwait(false);
            labels = StoredContent.References(parsed);
        }
        else
        {
            throw new ContainerdException(ErrorKind.Unimplemented, $"pull \"{reference}\": media type \"{mediaType}\": not implemented");
        }

        labels[Origins.Label(reference)] = reference.Path;
        Descriptor stored = content.Write(scope, mediaType, manifest.Content.Span, labels);
        await progress.TellAsync("complete", $"manifest-{stored.Digest}", StoredContent.ToContainerd(stored), stored.Size, cancellation).ConfigureAwait(false);
        return stored;
    }

    private async Task TakeBlobsAsync(CallScope scope, Manifest manifest, CancellationToken cancellation)
    {
        await TakeBlobAsync(scope, manifest.Config, cancellation).ConfigureAwait(false);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var places = new SemaphoreSlim(AtOnce);
        Dictionary<string, Task> fetches = manifest.Layers.DistinctBy(layer => layer.Digest).ToDictionary(layer => layer.Digest.ToString(), FetchAsync);
        List<Task> work = [.. fetches.Values, .. unpacks.Select(UnpackAsync)];
        try
        {
            await foreach (Task one in Task.WhenEach(work).ConfigureAwait(false))
            {
                await one.ConfigureAwait(false);
            }
        }
        finally
        {
            // One that fails ends the others, and nothing is forgotten.
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(work).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }

        async Task FetchAsync(Descriptor layer)
        {
            await places.WaitAsync(end.Token).ConfigureAwait(false);
            try
            {
                await TakeBlobAsync(scope, layer, end.Token).ConfigureAwait(false);
            }
            finally
            {
                places.Release();
            }
        }

        async Task UnpackAsync(UnpackImage unpack)
        {
            if (unpack.Wants(scope, manifest))
            {
                await unpack.UnpackAsync(scope, manifest, layer => fetches[layer.Digest.ToString()], end.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task TakeBlobAsync(CallScope scope, Descriptor blob, CancellationToken cancellation)
    {
        using Activity? span = Spans.Source.StartActivity("fetch blob", ActivityKind.Client)?.SetTag("digest", blob.Digest.ToString()).SetTag("size", blob.Size);
        string name = $"{(MediaTypes.IsConfig(blob.MediaType) ? "config" : "layer")}-{blob.Digest}";
        ContentDescriptor descriptor = StoredContent.ToContainerd(blob);
        const long step = 1 << 20;
        long told = 0;
        Task TellAsync(long done)
        {
            if (done - told < step)
            {
                return Task.CompletedTask;
            }

            told = done;
            return progress.TellAsync("downloading", name, descriptor, done, cancellation);
        }

        var labels = new Dictionary<string, string> { [Origins.Label(reference)] = reference.Path };
        BlobStream? opened = null;
        try
        {
            await content.CopyAsync(scope, name, blob.Size, blob.Digest, offset => opened = repository.OpenBlob(blob, offset), labels, TellAsync, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (opened is not null)
            {
                await opened.DisposeAsync().ConfigureAwait(false);
            }
        }

        content.AddOrigin(scope, blob.Digest, reference);
        await progress.TellAsync("complete", name, descriptor, blob.Size, cancellation).ConfigureAwait(false);
    }
}
