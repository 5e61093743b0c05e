using Wharf.EngineApi.Images;
using Wharf.Oci.Images;
using Wharf.Oci.References;
using Wharf.Registry;

namespace Wharf.Daemon.Images;

/// <summary>Asks a registry what a reference is, and for which platforms, without pulling it.</summary>
internal sealed class InspectDistribution(RegistryClient registry)
{
    public async Task<DistributionInspect> RunAsync(ImageReference named, RegistryCredentials? credentials, CancellationToken cancellation)
    {
        ImageReference reference = named.OrLatest();
        try
        {
            using RegistryRepository repository = registry.Open(reference, credentials);
            RegistryManifest manifest = await repository.GetManifestAsync(reference.Digest?.ToString() ?? reference.Tag!, cancellation).ConfigureAwait(false);
            return new DistributionInspect
            {
                Descriptor = new ContentDescriptor { MediaType = manifest.Descriptor.MediaType, Digest = manifest.Descriptor.Digest.ToString(), Size = manifest.Descriptor.Size },
                Platforms = [.. await PlatformsAsync(repository, manifest, cancellation).ConfigureAwait(false)],
            };
        }
        catch (Exception error) when (error is RegistryException or ImageFormatException)
        {
            throw PullErrors.Translate(error, reference);
        }
    }

    private static async Task<IEnumerable<ContentPlatform>> PlatformsAsync(RegistryRepository repository, RegistryManifest manifest, CancellationToken cancellation)
    {
        if (MediaTypes.IsIndex(manifest.Descriptor.MediaType))
        {
            return ImageDocuments.ReadIndex(manifest.Content.Span, manifest.Descriptor.MediaType).Manifests
                .Select(entry => entry.Platform)
                .OfType<Platform>()
                .Where(platform => platform.Os != "unknown")
                .Select(Show);
        }

        Manifest single = ImageDocuments.ReadManifest(manifest.Content.Span, manifest.Descriptor.MediaType);
        return MediaTypes.IsConfig(single.Config.MediaType)
            ? [Show(ImageDocuments.ReadImage(await repository.GetBlobAsync(single.Config, ImageDocuments.LargestConfig, cancellation).ConfigureAwait(false)).Platform)]
            : [];
    }

    private static ContentPlatform Show(Platform platform) =>
        new() { Architecture = platform.Architecture, Os = platform.Os, OsVersion = platform.OsVersion, Variant = platform.Variant };
}
