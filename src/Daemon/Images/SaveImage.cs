using System.Formats.Tar;
using System.Text.Json;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>Writes images as an archive that is an OCI image layout and what docker save writes, both at once.</summary>
internal sealed class SaveImage(ImageResolver resolver, ImageReader reader, ContentStore content)
{
    /// <param name="platforms">Those that are saved of images with several; none: all that are here.</param>
    public async Task RunAsync(IReadOnlyList<string> names, IReadOnlyList<Platform> platforms, Func<Stream> open, CancellationToken cancellation)
    {
        // Everything is found before the first byte is sent: from then on an error cannot be told.
        var images = new List<SavedImage>();
        foreach (string name in names)
        {
            images.Add(await FindAsync(name, platforms, cancellation).ConfigureAwait(false));
        }

        await using var tar = new TarWriter(open(), TarEntryFormat.Pax, leaveOpen: true);
        await WriteAsync(tar, ImageLayout.FileName, JsonSerializer.SerializeToUtf8Bytes(new ImageLayout { ImageLayoutVersion = "1.0.0" }, ImageJson.Plain.ImageLayout), cancellation).ConfigureAwait(false);
        var written = new HashSet<Digest>();
        var saved = new List<DockerArchiveEntry>();
        var manifests = new List<Descriptor>();
        // An image that is named twice is saved once, with both names.
        foreach (IGrouping<Digest, SavedImage> same in images.GroupBy(image => image.Target.Digest))
        {
            SavedImage image = same.First();
            List<ImageReference> own = [.. same.SelectMany(one => one.Names).Distinct()];
            foreach (Descriptor blob in image.Blobs)
            {
                if (written.Add(blob.Digest))
                {
                    await WriteBlobAsync(tar, blob, cancellation).ConfigureAwait(false);
                }
            }

            if (image.Docker is { } docker)
            {
                saved.Add(new DockerArchiveEntry
                {
                    Config = ImageArchive.BlobName(docker.Manifest.Config.Digest),
                    RepoTags = own.Count == 0 ? null : [.. own.Select(reference => reference.Familiar)],
                    Layers = [.. docker.Manifest.Layers.Select(layer => ImageArchive.BlobName(layer.Digest))],
                });
            }

            Descriptor bare = image.Target with { Platform = null, Annotations = null };
            manifests.AddRange(own.Count == 0
                ? [bare]
                : own.Select(reference => bare with
                {
                    Annotations = new Dictionary<string, string> { [Annotations.ContainerdImageName] = reference.ToString(), [Annotations.RefName] = reference.Tag! },
                }));
        }

        var index = new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = manifests };
        await WriteAsync(tar, "index.json", JsonSerializer.SerializeToUtf8Bytes(index, ImageJson.Plain.ImageIndex), cancellation).ConfigureAwait(false);
        await WriteAsync(tar, "manifest.json", JsonSerializer.SerializeToUtf8Bytes(saved, ImageJson.Plain.IReadOnlyListDockerArchiveEntry), cancellation).ConfigureAwait(false);
    }

    private async Task<SavedImage> FindAsync(string name, IReadOnlyList<Platform> platforms, CancellationToken cancellation)
    {
        ResolvedImage image = await resolver.ResolveAsync(name, cancellation).ConfigureAwait(false);
        IReadOnlyList<ImageReference> own = image.Matched is { } matched && ImageReference.TryParse(matched.Name, out ImageReference? reference) && reference.Tag is not null ? [reference] : [];
        if (platforms.Count == 1 || !MediaTypes.IsIndex(image.Target.MediaType))
        {
            (_, ImageContent one) = await resolver.ReadAsync(name, platforms.Count == 1 ? platforms[0] : null, cancellation).ConfigureAwait(false);
            return new SavedImage(one.ManifestDescriptor, [.. one.Manifest.Layers, one.Manifest.Config, one.ManifestDescriptor], one, own);
        }

        var indexes = new List<Descriptor>();
        var blobs = new List<Descriptor>();
        ImageContent? docker = null;
        await foreach (Descriptor descriptor in reader.ManifestsAsync(image.Target, indexes, cancellation).ConfigureAwait(false))
        {
            // What was never fetched is left out; whoever loads the archive has as much as is here.
            if ((await reader.PresenceAsync(descriptor, cancellation).ConfigureAwait(false)).Whole is not { } manifest)
            {
                continue;
            }

            ImageContent? read = await reader.ReadManifestAsync(descriptor, cancellation).ConfigureAwait(false);
            if (platforms.Count > 0 && (read is null || !platforms.Any(platform => platform.Distance(read.Image.Platform) == 0)))
            {
                continue;
            }

            blobs.AddRange([.. manifest.Layers, manifest.Config, descriptor]);
            docker = read is not null && (docker is null || Platform.Host.Distance(read.Image.Platform) == 0) ? read : docker;
        }

        return blobs.Count == 0
            ? throw new EngineException(EngineErrorKind.NotFound, platforms.Count == 0 ? $"No such image: {name}" : $"image with reference {name} was found but does not provide any of the specified platforms ({string.Join(", ", platforms)})")
            : new SavedImage(image.Target, [.. blobs, .. Enumerable.Reverse(indexes)], docker, own);
    }

    private static Task WriteAsync(TarWriter tar, string name, byte[] bytes, CancellationToken cancellation) =>
        tar.WriteEntryAsync(Entry(name, new MemoryStream(bytes)), cancellation);

    private static PaxTarEntry Entry(string name, Stream data) => new(TarEntryType.RegularFile, name)
    {
        DataStream = data,
        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        ModificationTime = DateTimeOffset.UnixEpoch,
    };

    private async Task WriteBlobAsync(TarWriter tar, Descriptor blob, CancellationToken cancellation)
    {
        await using var data = new ContentBlobStream(content, blob, cancellation);
        await tar.WriteEntryAsync(Entry(ImageArchive.BlobName(blob.Digest), data), cancellation).ConfigureAwait(false);
    }
}
