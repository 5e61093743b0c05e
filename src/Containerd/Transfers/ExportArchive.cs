using System.Formats.Tar;
using System.Text.Json;
using Wharf.Containerd.Rpc;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Image = Wharf.ContainerdApi.Images.V1.Image;
using ImageReference = Wharf.Oci.References.ImageReference;

namespace Wharf.Containerd.Transfers;

/// <summary>Stored images as one archive: OCI's layout, which docker load reads too when it has docker's list.</summary>
internal sealed class ExportArchive(StoredContent content, PlatformChoice platforms, bool dockerList)
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly HashSet<Digest> written = [];

    public async Task ExportAsync(CallScope scope, IReadOnlyList<Image> images, Stream archive, CancellationToken cancellation)
    {
        var tops = new List<Descriptor>();
        var list = new List<DockerArchiveEntry>();
        var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            await WriteAsync(tar, ImageLayout.FileName, "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray(), cancellation).ConfigureAwait(false);
            foreach (Image image in images)
            {
                var target = new Descriptor { MediaType = image.Target.MediaType, Digest = Digest.Parse(image.Target.Digest), Size = image.Target.Size };
                Manifest? runs = await WriteTreeAsync(scope, tar, target, new ImageWalk($"export {target.Digest}"), depth: 0, cancellation).ConfigureAwait(false);
                bool named = ImageReference.TryParse(image.Name, out ImageReference? reference);
                var annotations = new Dictionary<string, string> { ["io.containerd.image.name"] = image.Name };
                if (named && reference!.Tag is { } tag)
                {
                    annotations["org.opencontainers.image.ref.name"] = tag;
                }

                tops.Add(target with { Annotations = annotations });
                if (runs is not null && MediaTypes.IsConfig(runs.Config.MediaType))
                {
                    list.Add(new DockerArchiveEntry { Config = PathOf(runs.Config.Digest), RepoTags = named ? [reference!.Familiar] : [], Layers = [.. runs.Layers.Select(layer => PathOf(layer.Digest))] });
                }
            }

            var index = new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = tops };
            await WriteAsync(tar, "index.json", JsonSerializer.SerializeToUtf8Bytes(index, ImageJson.Plain.ImageIndex), cancellation).ConfigureAwait(false);
            if (dockerList && list.Count > 0)
            {
                await WriteAsync(tar, "manifest.json", JsonSerializer.SerializeToUtf8Bytes(list, ImageJson.Plain.IReadOnlyListDockerArchiveEntry), cancellation).ConfigureAwait(false);
            }
        }
    }

    private static string PathOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Encoded}";

    private static async Task WriteAsync(TarWriter tar, string name, byte[] bytes, CancellationToken cancellation)
    {
        using var data = new MemoryStream(bytes);
        await WriteAsync(tar, name, data, cancellation).ConfigureAwait(false);
    }

    // The same images give the same bytes: nobody's name, no time.
    private static Task WriteAsync(TarWriter tar, string name, Stream data, CancellationToken cancellation) =>
        tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data, Mode = FileMode, ModificationTime = DateTimeOffset.UnixEpoch }, cancellation);

    /// <summary>All that a descriptor leads to, once; the manifest that docker's list is to name.</summary>
    private async Task<Manifest?> WriteTreeAsync(CallScope scope, TarWriter tar, Descriptor descriptor, ImageWalk walk, int depth, CancellationToken cancellation)
    {
        Manifest? runs = null;
        if (!walk.Enter(descriptor, depth))
        {
            return null;
        }

        if (MediaTypes.IsIndex(descriptor.MediaType))
        {
            IReadOnlyList<Descriptor> chosen = platforms.Choose(ImageDocuments.ReadIndex(content.Read(scope, descriptor.Digest, ImageDocuments.LargestManifest), descriptor.MediaType).Manifests);
            if (chosen.Count == 0)
            {
                throw ContainerdException.NotFound($"export {descriptor.Digest}: no manifest for the platform");
            }

            foreach (Descriptor child in chosen)
            {
                runs = await WriteTreeAsync(scope, tar, child, walk, depth + 1, cancellation).ConfigureAwait(false) ?? runs;
            }
        }
        else if (MediaTypes.IsManifest(descriptor.MediaType))
        {
            runs = ImageDocuments.ReadManifest(content.Read(scope, descriptor.Digest, ImageDocuments.LargestManifest), descriptor.MediaType);
            foreach (Descriptor blob in runs.Layers.Prepend(runs.Config))
            {
                await WriteBlobAsync(scope, tar, blob.Digest, cancellation).ConfigureAwait(false);
            }
        }

        await WriteBlobAsync(scope, tar, descriptor.Digest, cancellation).ConfigureAwait(false);
        return runs;
    }

    private async Task WriteBlobAsync(CallScope scope, TarWriter tar, Digest digest, CancellationToken cancellation)
    {
        if (written.Add(digest))
        {
            FileStream blob = content.Open(scope, digest);
            await using (blob.ConfigureAwait(false))
            {
                await WriteAsync(tar, PathOf(digest), blob, cancellation).ConfigureAwait(false);
            }
        }
    }
}
