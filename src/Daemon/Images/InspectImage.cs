using System.Text.Json;
using Wharf.EngineApi.Images;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>Tells all about one image.</summary>
internal sealed class InspectImage(ImageResolver resolver, ContentStore content, LayerUnpacker unpacker, ListManifests manifests, string snapshotter)
{
    public async Task<ImageInspect> RunAsync(string name, Platform? platform, bool withManifests, CancellationToken cancellation)
    {
        if (withManifests && platform is not null)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "conflicting options: manifests and platform options cannot both be set");
        }

        (ResolvedImage image, ImageContent read) = await resolver.ReadAsync(name, platform, cancellation).ConfigureAwait(false);
        byte[] config = await content.ReadAsync(read.Manifest.Config.Digest, ImageDocuments.LargestConfig, cancellation).ConfigureAwait(false) ?? "{}"u8.ToArray();
        using JsonDocument document = JsonDocument.Parse(config);
        long unpacked = await unpacker.SizeAsync(read.ChainIds, cancellation).ConfigureAwait(false);
        long size = unpacked == 0 ? read.ContentSize : unpacked;
        return new ImageInspect
        {
            Id = image.Id.ToString(),
            RepoTags = ImageNames.Tags(image.Names),
            RepoDigests = ImageNames.Digests(image.Names),
            Parent = "",
            Comment = read.Image.History is { Count: > 0 } history ? history[^1].Comment ?? "" : "",
            Created = read.Image.Created is { } created ? ImageNames.Time(created) : null,
            DockerVersion = "",
            Author = read.Image.Author ?? "",
            Config = Part(document, "config"),
            ContainerConfig = Part(document, "container_config") ?? Part(document, "config"),
            Architecture = read.Image.Architecture,
            Variant = read.Image.Variant,
            Os = read.Image.Os,
            OsVersion = read.Image.OsVersion,
            Size = size,
            VirtualSize = size,
            GraphDriver = new ImageGraphDriver { Name = snapshotter },
            RootFS = new ImageRootFs { Type = "layers", Layers = [.. read.Image.Rootfs.DiffIds.Select(id => id.ToString())] },
            Metadata = new ImageMetadata { LastTagTime = image.Names.Count == 0 ? null : ImageNames.Time(image.Names.Max(record => record.Created)) },
            Descriptor = new ContentDescriptor { MediaType = image.Target.MediaType, Digest = image.Id.ToString(), Size = image.Target.Size },
            Manifests = withManifests ? await manifests.RunAsync(image.Target, cancellation).ConfigureAwait(false) : null,
        };
    }

    private static JsonElement? Part(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out JsonElement part) && part.ValueKind == JsonValueKind.Object ? part.Clone() : null;
}
