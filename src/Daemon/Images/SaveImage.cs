using System.Formats.Tar;
using System.Text.Json;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>Writes images as an archive that is an OCI image layout and what docker save writes, both at once.</summary>
internal sealed class SaveImage(ImageResolver resolver, ContentStore content)
{
    public async Task RunAsync(IReadOnlyList<string> names, Platform? platform, Func<Stream> open, CancellationToken cancellation)
    {
        // Everything is found before the first byte is sent: from then on an error cannot be told.
        var images = new List<(ResolvedImage Image, ImageContent Content, IReadOnlyList<ImageReference> Names)>();
        foreach (string name in names)
        {
            (ResolvedImage image, ImageContent read) = await resolver.ReadAsync(name, platform, cancellation).ConfigureAwait(false);
            IReadOnlyList<ImageReference> own = image.Matched is { } matched && ImageReference.TryParse(matched.Name, out ImageReference? reference) && reference.Tag is not null ? [reference] : [];
            images.Add((image, read, own));
        }

        await using var tar = new TarWriter(open(), TarEntryFormat.Pax, leaveOpen: true);
        await WriteAsync(tar, ImageLayout.FileName, JsonSerializer.SerializeToUtf8Bytes(new ImageLayout { ImageLayoutVersion = "1.0.0" }, ImageJson.Plain.ImageLayout), cancellation).ConfigureAwait(false);
        var written = new HashSet<Digest>();
        var saved = new List<DockerArchiveEntry>();
        var manifests = new List<Descriptor>();
        // An image that is named twice is saved once, with both names.
        foreach (var same in images.GroupBy(image => image.Content.ManifestDescriptor.Digest))
        {
            ImageContent image = same.First().Content;
            List<ImageReference> own = [.. same.SelectMany(one => one.Names).Distinct()];
            foreach (Descriptor blob in image.Manifest.Layers.Append(image.Manifest.Config).Append(image.ManifestDescriptor))
            {
                if (written.Add(blob.Digest))
                {
                    await WriteBlobAsync(tar, blob, cancellation).ConfigureAwait(false);
                }
            }

            saved.Add(new DockerArchiveEntry
            {
                Config = ImageArchive.BlobName(image.Manifest.Config.Digest),
                RepoTags = own.Count == 0 ? null : [.. own.Select(reference => reference.Familiar)],
                Layers = [.. image.Manifest.Layers.Select(layer => ImageArchive.BlobName(layer.Digest))],
            });
            Descriptor bare = image.ManifestDescriptor with { Platform = null, Annotations = null };
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
