using Wharf.EngineApi.Images;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>Tells of every manifest that an image names: what of it is here, what it takes, and which containers were made from it.</summary>
internal sealed class ListManifests(ImageReader reader, LayerUnpacker unpacker, Func<IReadOnlyList<ImageUse>> uses)
{
    private const string Subject = "vnd.docker.reference.digest";
    private const string OfAttestation = "attestation-manifest";

    public async Task<IReadOnlyList<ImageManifestSummary>> RunAsync(Descriptor target, CancellationToken cancellation)
    {
        string id = target.Digest.ToString();
        IReadOnlyList<string> containers = [.. uses().Where(use => use.ImageId == id).Select(use => use.ContainerId)];
        ImageContent? run = await reader.ReadAsync(target, Platform.Host, cancellation).ConfigureAwait(false);
        var summaries = new List<ImageManifestSummary>();
        await foreach (Descriptor manifest in reader.ManifestsAsync(target, null, cancellation).ConfigureAwait(false))
        {
            bool isRun = run?.ManifestDescriptor.Digest == manifest.Digest;
            summaries.Add(await DescribeAsync(manifest, isRun ? containers : [], cancellation).ConfigureAwait(false));
        }

        return summaries;
    }

    private async Task<ImageManifestSummary> DescribeAsync(Descriptor descriptor, IReadOnlyList<string> containers, CancellationToken cancellation)
    {
        (Manifest? whole, long size) = await reader.PresenceAsync(descriptor, cancellation).ConfigureAwait(false);
        var described = new ImageManifestSummary
        {
            ID = descriptor.Digest.ToString(),
            Descriptor = new ContentDescriptor { MediaType = descriptor.MediaType, Digest = descriptor.Digest.ToString(), Size = descriptor.Size, Platform = Shown(descriptor.Platform), Annotations = descriptor.Annotations },
            Available = whole is not null,
            Size = new ImageManifestSize(size, size),
            Kind = "unknown",
        };
        if (descriptor.Annotations?.GetValueOrDefault(Annotations.DockerReferenceType) is { } kind)
        {
            return kind != OfAttestation ? described : described with { Kind = "attestation", AttestationData = new AttestationManifestData(descriptor.Annotations.GetValueOrDefault(Subject) ?? "") };
        }

        ImageContent? image = await reader.ReadManifestAsync(descriptor, cancellation).ConfigureAwait(false);
        if ((descriptor.Platform ?? image?.Image.Platform) is not { } platform)
        {
            return described;
        }

        long unpacked = image is null ? 0 : await unpacker.SizeAsync(image.ChainIds, cancellation).ConfigureAwait(false);
        return described with
        {
            Kind = "image",
            Size = new ImageManifestSize(size + unpacked, size),
            ImageData = new ImageManifestData { Platform = Shown(platform)!, Containers = containers, Size = new UnpackedImageSize(unpacked) },
        };
    }

    private static ContentPlatform? Shown(Platform? platform) =>
        platform is null ? null : new ContentPlatform { Architecture = platform.Architecture, Os = platform.Os, OsVersion = platform.OsVersion, Variant = platform.Variant };
}
