using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;
using Wharf.Registry;

namespace Wharf.Daemon.Images;

/// <summary>Sends an image to its registry: blobs first, manifests from the innermost, at last the one that the tag names.</summary>
internal sealed class PushImage(RegistryClient registry, ImageStore store, ImageReader reader, ContentStore content, int atOnce)
{
    /// <param name="name">With a tag: that one; without: every tag of the repository.</param>
    /// <param name="platform">Null: all that are here.</param>
    internal async Task RunAsync(ImageReference name, Platform? platform, RegistryCredentials? credentials, ProgressMessages messages, CancellationToken cancellation)
    {
        IReadOnlyList<ImageRecord> records = await store.ListAsync(cancellation).ConfigureAwait(false);
        (ImageReference Reference, ImageRecord Record)[] wanted =
        [
            .. records.Select(record => (Reference: ImageReference.TryParse(record.Name, out ImageReference? reference) ? reference : null, Record: record))
                .Where(one => one.Reference is { Tag: not null } && one.Reference.Name == name.Name && (name.Tag is null || one.Reference.Tag == name.Tag))
                .Select(one => (one.Reference!, one.Record)),
        ];
        if (wanted.Length == 0)
        {
            throw new EngineException(EngineErrorKind.NotFound, name.Tag is null ? $"An image does not exist locally with the tag: {name.FamiliarName}" : $"tag does not exist: {name.Familiar}");
        }

        messages.Status($"The push refers to repository [{name.Name}]");
        foreach ((ImageReference reference, ImageRecord record) in wanted)
        {
            await PushAsync(reference, record, platform, credentials, messages, cancellation).ConfigureAwait(false);
        }
    }

    private async Task PushAsync(ImageReference reference, ImageRecord record, Platform? platform, RegistryCredentials? credentials, ProgressMessages messages, CancellationToken cancellation)
    {
        Descriptor target = record.Target;
        if (platform is not null)
        {
            target = (await reader.ReadAsync(target, platform, cancellation).ConfigureAwait(false))?.ManifestDescriptor
                ?? throw new EngineException(EngineErrorKind.NotFound, $"image with reference {reference.Familiar} was found but does not provide the specified platform ({platform})");
        }

        try
        {
            using RegistryRepository repository = registry.Open(reference, null, (_, _) => Task.FromResult(credentials), push: true);
            var manifests = new List<(Descriptor Descriptor, byte[] Content)>();
            var blobs = new Dictionary<Digest, Descriptor>();
            await CollectAsync(target, manifests, blobs, depth: 0, cancellation).ConfigureAwait(false);
            using var limit = new SemaphoreSlim(atOnce);
            await Task.WhenAll(blobs.Values.Select(blob => PushBlobAsync(repository, reference, blob, limit, messages, cancellation))).ConfigureAwait(false);
            foreach ((Descriptor descriptor, byte[] document) in manifests)
            {
                bool last = descriptor.Digest == target.Digest;
                await repository.PushManifestAsync(last ? reference.Tag! : descriptor.Digest.ToString(), new RegistryManifest(descriptor, document), cancellation).ConfigureAwait(false);
            }

            messages.Status($"{reference.Tag}: digest: {target.Digest} size: {target.Size}");
            messages.Aux(reference.Tag!, target.Digest.ToString(), target.Size);
        }
        catch (RegistryException error)
        {
            throw error.Kind == RegistryErrorKind.Denied
                ? new EngineException(EngineErrorKind.System, $"denied: requested access to the resource is denied: {error.Message}", error)
                : new EngineException(error.Kind == RegistryErrorKind.Unauthorized ? EngineErrorKind.Unauthorized : EngineErrorKind.System, error.Message, error);
        }
    }

    /// <summary>What the target refers to: manifests in the order in which a registry takes them.</summary>
    private async Task CollectAsync(Descriptor target, List<(Descriptor Descriptor, byte[] Content)> manifests, Dictionary<Digest, Descriptor> blobs, int depth, CancellationToken cancellation)
    {
        if (depth > ImageReader.DeepestIndex || manifests.Any(one => one.Descriptor.Digest == target.Digest))
        {
            return;
        }

        byte[] document = await content.ReadAsync(target.Digest, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false)
            ?? throw new EngineException(EngineErrorKind.NotFound, $"missing content: manifest \"{target.Digest}\" of the image is not here: pull it for all its platforms, or push one with --platform");
        if (MediaTypes.IsIndex(target.MediaType))
        {
            foreach (Descriptor child in ImageDocuments.ReadIndex(document, target.MediaType).Manifests)
            {
                await CollectAsync(child, manifests, blobs, depth + 1, cancellation).ConfigureAwait(false);
            }
        }
        else
        {
            Manifest manifest = ImageDocuments.ReadManifest(document, target.MediaType);
            foreach (Descriptor blob in manifest.Layers.Append(manifest.Config))
            {
                blobs[blob.Digest] = blob;
            }
        }

        manifests.Add((target, document));
    }

    private async Task PushBlobAsync(RegistryRepository repository, ImageReference reference, Descriptor blob, SemaphoreSlim limit, ProgressMessages messages, CancellationToken cancellation)
    {
        string id = ImageLayers.ShortId(blob.Digest);
        bool shown = !MediaTypes.IsConfig(blob.MediaType);
        if (shown)
        {
            messages.Layer(id, "Preparing");
        }

        await limit.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ContainerdApi.Content.V1.Info info = await content.FindAsync(blob.Digest, cancellation).ConfigureAwait(false)
                ?? throw new EngineException(EngineErrorKind.NotFound, $"missing content: layer \"{blob.Digest}\" of the image is not here");

            // Where the blob came from, and went to: the registry may have it there.
            string label = ImageLabels.SourcePrefix + reference.Domain;
            string[] sources = info.Labels.TryGetValue(label, out string? known) ? known.Split(',') : [];
            BlobPush how = await repository.PushBlobAsync(
                blob,
                sources,
                offset => new ContentBlobStream(content, blob, cancellation, offset),
                sent =>
                {
                    if (shown)
                    {
                        messages.Layer(id, "Pushing", sent, blob.Size);
                    }

                    return Task.CompletedTask;
                },
                cancellation).ConfigureAwait(false);
            if (shown)
            {
                messages.Layer(id, how switch { BlobPush.Present => "Layer already exists", BlobPush.Mounted => "Mounted from " + string.Join(',', sources), _ => "Pushed" });
            }

            await content.LabelAsync(blob.Digest, new Dictionary<string, string> { [label] = string.Join(',', sources.Append(reference.Path).Distinct()) }, cancellation).ConfigureAwait(false);
        }
        finally
        {
            limit.Release();
        }
    }
}
