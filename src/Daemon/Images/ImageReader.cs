using System.Collections.Concurrent;
using Wharf.ContainerdApi.Content.V1;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>Reads images from the content store. Content never changes, so what was read once is kept.</summary>
internal sealed class ImageReader(ContentStore content)
{
    /// <summary>Deeper nesting of indexes is an attack (CVE-2026-53493); real ones have one level.</summary>
    public const int DeepestIndex = 4;

    private const int MostKept = 256;
    private readonly ConcurrentDictionary<(Digest Target, string Platform), ImageContent> _kept = new();

    /// <summary>The image for the platform nearest to <paramref name="platform"/> that is present as a whole; null when there is none.</summary>
    public async Task<ImageContent?> ReadAsync(Descriptor target, Platform platform, CancellationToken cancellation)
    {
        if (_kept.TryGetValue((target.Digest, platform.ToString()), out ImageContent? kept))
        {
            return kept;
        }

        ImageContent? best = null;
        int bestDistance = int.MaxValue;
        await foreach (ImageContent candidate in ReadAllAsync(target, cancellation).ConfigureAwait(false))
        {
            if (platform.Distance(candidate.Image.Platform) is { } distance && distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        if (best is not null)
        {
            if (_kept.Count >= MostKept)
            {
                _kept.Clear();
            }

            _kept[(target.Digest, platform.ToString())] = best;
        }

        return best;
    }

    /// <summary>Every platform of the image whose manifest and config are present.</summary>
    public async IAsyncEnumerable<ImageContent> ReadAllAsync(Descriptor target, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (Descriptor manifest in ManifestsAsync(target, null, cancellation).ConfigureAwait(false))
        {
            if (await ReadManifestAsync(manifest, cancellation).ConfigureAwait(false) is { } image)
            {
                yield return image;
            }
        }
    }

    /// <summary>Every manifest that the image names, whether it is here or not.</summary>
    /// <param name="indexes">Gets the indexes that were read on the way; null: nobody asks.</param>
    public async IAsyncEnumerable<Descriptor> ManifestsAsync(Descriptor target, ICollection<Descriptor>? indexes, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var left = new Queue<(Descriptor Descriptor, int Depth)>([(target, 0)]);
        var seen = new HashSet<Digest>();
        while (left.TryDequeue(out (Descriptor Descriptor, int Depth) next))
        {
            if (next.Depth > DeepestIndex || seen.Count > ImageDocuments.MostManifests || !seen.Add(next.Descriptor.Digest))
            {
                continue;
            }

            if (MediaTypes.IsIndex(next.Descriptor.MediaType))
            {
                if (await content.ReadAsync(next.Descriptor.Digest, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false) is { } index)
                {
                    indexes?.Add(next.Descriptor);
                    foreach (Descriptor child in ImageDocuments.ReadIndex(index, next.Descriptor.MediaType).Manifests)
                    {
                        left.Enqueue((child, next.Depth + 1));
                    }
                }
            }
            else if (MediaTypes.IsManifest(next.Descriptor.MediaType))
            {
                yield return next.Descriptor;
            }
        }
    }

    /// <summary>Whether a manifest and all that it names is here, and how many bytes of it are.</summary>
    public async Task<(Manifest? Whole, long Size)> PresenceAsync(Descriptor descriptor, CancellationToken cancellation)
    {
        if (await content.ReadAsync(descriptor.Digest, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false) is not { } bytes)
        {
            return (null, 0);
        }

        Manifest manifest = ImageDocuments.ReadManifest(bytes, descriptor.MediaType);
        Info?[] found = await Task.WhenAll(manifest.Layers.Append(manifest.Config).DistinctBy(blob => blob.Digest).Select(blob => content.FindAsync(blob.Digest, cancellation))).ConfigureAwait(false);
        return (found.Contains(null) ? null : manifest, bytes.Length + found.Sum(blob => blob?.Size ?? 0));
    }

    /// <summary>Null when manifest or config are missing, and for what is no image.</summary>
    public async Task<ImageContent?> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellation)
    {
        if (await content.ReadAsync(descriptor.Digest, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false) is not { } manifestContent)
        {
            return null;
        }

        Manifest manifest = ImageDocuments.ReadManifest(manifestContent, descriptor.MediaType);
        if (!MediaTypes.IsConfig(manifest.Config.MediaType)
            || descriptor.Annotations?.ContainsKey(Annotations.DockerReferenceType) == true
            || await content.ReadAsync(manifest.Config.Digest, ImageDocuments.LargestConfig, cancellation).ConfigureAwait(false) is not { } config)
        {
            return null;
        }

        Image image = ImageDocuments.ReadImage(config);
        return new ImageContent { ManifestDescriptor = descriptor, Manifest = manifest, Image = image, ChainIds = image.Rootfs.ChainIds() };
    }
}
