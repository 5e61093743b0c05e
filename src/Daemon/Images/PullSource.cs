using Wharf.Oci.Images;
using Wharf.Oci.References;
using Wharf.Registry;

namespace Wharf.Daemon.Images;

/// <summary>Where a pull takes content from: the store when it is there already, else the registry.</summary>
internal sealed class PullSource(RegistryRepository repository, ContentStore content, ImageReference reference)
{
    public ContentStore Content => content;

    public ImageReference Reference => reference;

    /// <summary>Adds where the blob came from, as containerd's clients do: a later push may mount it from there.</summary>
    public Dictionary<string, string> WithOrigin(Dictionary<string, string> labels)
    {
        labels[ImageLabels.SourcePrefix + reference.Domain] = reference.Path;
        return labels;
    }

    public async Task<ReadOnlyMemory<byte>> GetManifestAsync(Descriptor descriptor, CancellationToken cancellation)
    {
        if (descriptor.Size > ImageDocuments.LargestManifest)
        {
            throw new ImageFormatException($"manifest \"{descriptor.Digest}\" has {descriptor.Size} bytes, at most {ImageDocuments.LargestManifest} are supported");
        }

        if (await content.ReadAsync(descriptor.Digest, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false) is { } present)
        {
            return present;
        }

        RegistryManifest manifest = await repository.GetManifestAsync(descriptor.Digest.ToString(), cancellation).ConfigureAwait(false);
        return manifest.Descriptor.MediaType == descriptor.MediaType
            ? manifest.Content
            : throw new ImageFormatException($"manifest \"{descriptor.Digest}\": registry says media type \"{manifest.Descriptor.MediaType}\" where \"{descriptor.MediaType}\" is claimed");
    }

    public async Task<byte[]> GetConfigAsync(Descriptor descriptor, CancellationToken cancellation) =>
        await content.ReadAsync(descriptor.Digest, ImageDocuments.LargestConfig, cancellation).ConfigureAwait(false)
        ?? await repository.GetBlobAsync(descriptor, ImageDocuments.LargestConfig, cancellation).ConfigureAwait(false);

    /// <summary>Makes the layer a blob of the store. False when it was there.</summary>
    public async Task<bool> FetchLayerAsync(Descriptor layer, ProgressMessages messages, CancellationToken cancellation)
    {
        if (await content.FindAsync(layer.Digest, cancellation).ConfigureAwait(false) is not null)
        {
            return false;
        }

        string id = ImageLayers.ShortId(layer.Digest);
        await content.WriteAsync(
            layer,
            offset => repository.OpenBlob(layer, offset),
            WithOrigin([]),
            done => messages.Layer(id, "Downloading", done, layer.Size),
            cancellation).ConfigureAwait(false);
        messages.Layer(id, "Verifying Checksum");
        messages.Layer(id, "Download complete");
        return true;
    }
}
