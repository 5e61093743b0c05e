using System.Security.Cryptography;
using System.Text.Json;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>Moves images from an archive into the content store, what they point at before what points.</summary>
internal sealed class ArchiveImport(ImageArchive archive, ContentStore content, LayerUnpacker unpacker, string snapshotter, IReadOnlyList<Platform> platforms, ProgressMessages messages)
{
    private readonly Dictionary<Digest, bool> _imported = [];

    /// <summary>Whether something was left out because nobody asked for its platform.</summary>
    public bool Filtered { get; private set; }

    public EngineException NotFound() =>
        new(EngineErrorKind.NotFound, $"requested platform(s) ([{string.Join(' ', platforms)}]) not found: image might be filtered out");

    /// <summary>Imports what a descriptor of an OCI layout points at. False when a part is missing; of an index, when no manifest is whole.</summary>
    public Task<bool> ImportAsync(Descriptor target, CancellationToken cancellation) => ImportAsync(target, depth: 0, cancellation);

    /// <summary>Imports an image of docker save, which has no manifest of its own: one is made.</summary>
    public async Task<Descriptor> ImportAsync(DockerArchiveEntry saved, CancellationToken cancellation)
    {
        byte[] config = await archive.ReadAsync(saved.Config, ImageDocuments.LargestConfig, cancellation).ConfigureAwait(false);
        Image image = ImageDocuments.ReadImage(config);
        if (!IsWanted(image.Platform))
        {
            throw NotFound();
        }

        var layers = new List<Descriptor>();
        foreach (string name in saved.Layers)
        {
            layers.Add(await DescribeLayerAsync(name, cancellation).ConfigureAwait(false));
        }

        var manifest = new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Of(config), Size = config.Length },
            Layers = layers,
        };
        ImageLayers.Check(manifest, image);
        for (int index = 0; index < layers.Count; index++)
        {
            await WriteAsync(layers[index], saved.Layers[index], cancellation).ConfigureAwait(false);
        }

        await content.WriteAsync(manifest.Config, config, ImageLayers.References(image, snapshotter), cancellation).ConfigureAwait(false);
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, ImageJson.Plain.Manifest);
        var descriptor = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = Digest.Of(bytes), Size = bytes.Length };
        await content.WriteAsync(descriptor, bytes, ImageLayers.References(manifest), cancellation).ConfigureAwait(false);
        return descriptor;
    }

    /// <summary>Unpacks the platform of an imported image that runs here; an image for other machines stays packed.</summary>
    public async Task UnpackAsync(Descriptor target, CancellationToken cancellation)
    {
        if (await new ImageReader(content).ReadAsync(target, Platform.Host, cancellation).ConfigureAwait(false) is not { } image)
        {
            return;
        }

        ImageLayers.Check(image.Manifest, image.Image);
        for (int index = 0; index < image.ChainIds.Count; index++)
        {
            Descriptor layer = image.Manifest.Layers[index];
            Digest diffId = image.Image.Rootfs.DiffIds[index];
            if (await unpacker.UnpackAsync(layer, diffId, image.ChainIds[index], index == 0 ? null : image.ChainIds[index - 1], cancellation).ConfigureAwait(false))
            {
                messages.Layer(ImageLayers.ShortId(layer.Digest), "Loading layer", layer.Size, layer.Size);
            }

            await content.LabelAsync(layer.Digest, new Dictionary<string, string> { [ImageLabels.Uncompressed] = diffId.ToString() }, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<bool> ImportAsync(Descriptor target, int depth, CancellationToken cancellation)
    {
        if (depth > ImageReader.DeepestIndex)
        {
            throw new ImageFormatException($"read index \"{target.Digest}\": nested deeper than {ImageReader.DeepestIndex}");
        }

        if (_imported.TryGetValue(target.Digest, out bool whole))
        {
            return whole;
        }

        if (_imported.Count > ImageDocuments.MostManifests)
        {
            throw new ImageFormatException($"read archive: more than {ImageDocuments.MostManifests} manifests");
        }

        _imported[target.Digest] = false;
        return _imported[target.Digest] = archive.Has(target.Digest)
            && (MediaTypes.IsIndex(target.MediaType)
                ? await ImportIndexAsync(target, depth, cancellation).ConfigureAwait(false)
                : await ImportManifestAsync(target, cancellation).ConfigureAwait(false));
    }

    private async Task<bool> ImportIndexAsync(Descriptor target, int depth, CancellationToken cancellation)
    {
        byte[] bytes = await ReadVerifiedAsync(target, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false);
        ImageIndex index = ImageDocuments.ReadIndex(bytes, target.MediaType);
        bool any = false;
        foreach (Descriptor child in index.Manifests.Where(child => child.Platform is null || IsWanted(child.Platform)))
        {
            any |= await ImportAsync(child, depth + 1, cancellation).ConfigureAwait(false);
        }

        if (any)
        {
            await content.WriteAsync(target, bytes, ImageLayers.References(index), cancellation).ConfigureAwait(false);
        }

        return any;
    }

    private async Task<bool> ImportManifestAsync(Descriptor target, CancellationToken cancellation)
    {
        byte[] bytes = await ReadVerifiedAsync(target, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false);
        Manifest manifest = ImageDocuments.ReadManifest(bytes, target.MediaType);
        if (!archive.Has(manifest.Config.Digest) || !manifest.Layers.All(layer => archive.Has(layer.Digest)))
        {
            return false;
        }

        byte[] config = await ReadVerifiedAsync(manifest.Config, ImageDocuments.LargestConfig, cancellation).ConfigureAwait(false);
        Image? image = MediaTypes.IsConfig(manifest.Config.MediaType) ? ImageDocuments.ReadImage(config) : null;
        if (image is not null && !IsWanted(image.Platform))
        {
            return false;
        }

        foreach (Descriptor layer in manifest.Layers)
        {
            await WriteAsync(layer, ImageArchive.BlobName(layer.Digest), cancellation).ConfigureAwait(false);
        }

        Dictionary<string, string> labels = image is not null ? ImageLayers.References(image, snapshotter) : [];
        await content.WriteAsync(manifest.Config, config, labels, cancellation).ConfigureAwait(false);
        await content.WriteAsync(target, bytes, ImageLayers.References(manifest), cancellation).ConfigureAwait(false);
        return true;
    }

    private bool IsWanted(Platform platform)
    {
        bool wanted = platforms.Count == 0 || platforms.Any(one => one.Normalised().ToString() == platform.Normalised().ToString());
        Filtered |= !wanted;
        return wanted;
    }

    private async Task<byte[]> ReadVerifiedAsync(Descriptor descriptor, int limit, CancellationToken cancellation)
    {
        byte[] bytes = await archive.ReadAsync(ImageArchive.BlobName(descriptor.Digest), limit, cancellation).ConfigureAwait(false);
        try
        {
            descriptor.Digest.Verify(bytes);
        }
        catch (DigestMismatchException error)
        {
            throw new ImageFormatException($"verify \"{descriptor.Digest}\": {error.Message}", error);
        }

        return descriptor.Size == bytes.Length
            ? bytes
            : throw new ImageFormatException($"verify \"{descriptor.Digest}\": archive has {bytes.Length} bytes where the descriptor says {descriptor.Size}");
    }

    private async Task<Descriptor> DescribeLayerAsync(string name, CancellationToken cancellation)
    {
        await using SliceStream layer = archive.Open(name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] magic = new byte[Compression.MagicLength];
        int length = 0;
        byte[] buffer = new byte[1 << 20];
        while (await layer.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) is var count and > 0)
        {
            if (length == 0)
            {
                length = Math.Min(count, magic.Length);
                buffer.AsSpan(0, length).CopyTo(magic);
            }

            hash.AppendData(buffer, 0, count);
        }

        return new Descriptor { MediaType = Compression.LayerMediaType(magic.AsSpan(0, length)), Digest = Digest.Of(hash), Size = layer.Length };
    }

    private async Task WriteAsync(Descriptor layer, string name, CancellationToken cancellation)
    {
        if (archive.Length(name) != layer.Size)
        {
            throw new ImageFormatException($"verify \"{layer.Digest}\": archive has {archive.Length(name)} bytes where the manifest says {layer.Size}");
        }

        if (await content.FindAsync(layer.Digest, cancellation).ConfigureAwait(false) is null)
        {
            await content.WriteAsync(
                layer,
                offset => archive.Open(name, offset),
                new Dictionary<string, string>(),
                done => messages.Layer(ImageLayers.ShortId(layer.Digest), "Loading layer", done, layer.Size),
                cancellation).ConfigureAwait(false);
        }
    }
}
