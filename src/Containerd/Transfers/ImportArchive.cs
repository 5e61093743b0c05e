using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Wharf.Containerd.Layers;
using Wharf.Containerd.Rpc;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Containerd.Transfers;

/// <summary>Images of an archive, OCI's layout or docker's, into the content store; blobs are taken as they come by.</summary>
internal sealed class ImportArchive(StoredContent content)
{
    private const string BlobFolder = "blobs/";
    private readonly Dictionary<string, byte[]> documents = [];
    private readonly Dictionary<string, (Digest Digest, long Size)> files = [];
    private readonly Dictionary<string, string> links = [];
    private readonly ImageWalk walk = new("import archive");

    /// <summary>The index of the archive, stored, and what it lists.</summary>
    public async Task<(Descriptor Index, IReadOnlyList<Descriptor> Manifests)> ImportAsync(CallScope scope, Stream archive, CancellationToken cancellation)
    {
        Stream unpacked = await LayerCompression.OpenAsync(archive, "import archive", cancellation).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable opened = unpacked.ConfigureAwait(false);
        var tar = new System.Formats.Tar.TarReader(unpacked, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
            {
                await TakeAsync(scope, entry, cancellation).ConfigureAwait(false);
            }
        }

        // What follows the end of the archive is the sender's to send, and nobody's to read.
        await unpacked.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
        IReadOnlyList<Descriptor> manifests = documents.TryGetValue("index.json", out byte[]? index) ? ImageDocuments.ReadIndex(index, MediaTypes.OciIndex).Manifests
            : documents.TryGetValue("manifest.json", out byte[]? docker) ? Convert(scope, docker)
            : throw ContainerdException.Invalid("import archive: neither index.json nor manifest.json is in it");
        foreach (Descriptor manifest in manifests)
        {
            LabelTree(scope, manifest, depth: 0);
        }

        byte[] whole = index ?? JsonSerializer.SerializeToUtf8Bytes(new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = manifests }, ImageJson.Plain.ImageIndex);
        return (content.Write(scope, MediaTypes.OciIndex, whole, StoredContent.References(manifests)), manifests);
    }

    private static string Clean(string name) => name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;

    private async Task TakeAsync(CallScope scope, System.Formats.Tar.TarEntry entry, CancellationToken cancellation)
    {
        string name = Clean(entry.Name);
        if (entry.EntryType is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            // docker save writes a layer that two images share once, and links to it.
            string folder = Path.GetDirectoryName(name) ?? string.Empty;
            links[name] = entry.EntryType == TarEntryType.HardLink ? Clean(entry.LinkName) : Path.GetFullPath(Path.Combine("/", folder, entry.LinkName))[1..];
            return;
        }

        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || name == ImageLayout.FileName)
        {
            return;
        }

        if (name.StartsWith(BlobFolder, StringComparison.Ordinal))
        {
            Digest digest = Digest.TryParse(name[BlobFolder.Length..].Replace('/', ':'), out Digest? parsed) ? parsed : throw new InvalidDataException($"import archive: \"{name}\": not a digest");
            await CopyAsync(scope, entry, name, digest, cancellation).ConfigureAwait(false);
        }
        else if (name.EndsWith(".json", StringComparison.Ordinal) && entry.Length <= ImageDocuments.LargestConfig)
        {
            byte[] document = new byte[entry.Length];
            await (entry.DataStream ?? Stream.Null).ReadExactlyAsync(document, cancellation).ConfigureAwait(false);
            documents[name] = document;
        }
        else if (name.EndsWith(".tar", StringComparison.Ordinal))
        {
            await CopyAsync(scope, entry, name, expected: null, cancellation).ConfigureAwait(false);
        }
    }

    private async Task CopyAsync(CallScope scope, System.Formats.Tar.TarEntry entry, string name, Digest? expected, CancellationToken cancellation)
    {
        // An empty stream of its own: the reader's must live until the next entry.
        Stream data = entry.DataStream ?? new MemoryStream();
        Digest digest = await content.CopyAsync(scope, $"import-{Guid.NewGuid():N}", entry.Length, expected, _ => data, new Dictionary<string, string>(), _ => Task.CompletedTask, cancellation).ConfigureAwait(false);
        files[name] = (digest, entry.Length);
    }

    /// <summary>Labels of all that a manifest leads to, as far as it is in the store.</summary>
    private void LabelTree(CallScope scope, Descriptor descriptor, int depth)
    {
        if (!walk.Enter(descriptor, depth))
        {
            return;
        }

        if (!content.Has(scope, descriptor.Digest))
        {
            throw ContainerdException.NotFound($"import archive: content {descriptor.Digest}");
        }

        if (MediaTypes.IsIndex(descriptor.MediaType))
        {
            IReadOnlyList<Descriptor> children = [.. ImageDocuments.ReadIndex(content.Read(scope, descriptor.Digest, ImageDocuments.LargestManifest), descriptor.MediaType).Manifests.Where(child => content.Has(scope, child.Digest))];
            foreach (Descriptor child in children)
            {
                LabelTree(scope, child, depth + 1);
            }

            content.Label(scope, descriptor.Digest, StoredContent.References(children));
        }
        else if (MediaTypes.IsManifest(descriptor.MediaType))
        {
            content.Label(scope, descriptor.Digest, StoredContent.References(ImageDocuments.ReadManifest(content.Read(scope, descriptor.Digest, ImageDocuments.LargestManifest), descriptor.MediaType)));
        }
    }

    /// <summary>Manifests for the images of docker's own list.</summary>
    private List<Descriptor> Convert(CallScope scope, byte[] list)
    {
        var manifests = new List<Descriptor>();
        foreach (DockerArchiveEntry image in ImageDocuments.Read(list, ImageJson.Default.IReadOnlyListDockerArchiveEntry, "manifest.json"))
        {
            byte[] config = documents.TryGetValue(image.Config, out byte[]? found) ? found
                : files.TryGetValue(image.Config, out (Digest Digest, long Size) blob) ? content.Read(scope, blob.Digest, ImageDocuments.LargestConfig)
                : throw ContainerdException.NotFound($"import archive: config \"{image.Config}\"");
            var manifest = new Manifest
            {
                SchemaVersion = 2,
                MediaType = MediaTypes.DockerManifest,
                Config = content.Write(scope, MediaTypes.DockerConfig, config, new Dictionary<string, string>()),
                Layers = [.. image.Layers.Select(layer => Layer(scope, layer))],
            };
            Descriptor stored = content.Write(scope, MediaTypes.DockerManifest, JsonSerializer.SerializeToUtf8Bytes(manifest, ImageJson.Plain.Manifest), StoredContent.References(manifest));
            stored = stored with { Platform = ImageDocuments.ReadImage(config).Platform };
            manifests.AddRange(image.RepoTags is { Count: > 0 } tags ? tags.Select(tag => stored with { Annotations = new Dictionary<string, string> { ["io.containerd.image.name"] = Oci.References.ImageReference.Parse(tag).ToString() } }) : [stored]);
        }

        return manifests;
    }

    private Descriptor Layer(CallScope scope, string name)
    {
        for (int hops = 0; hops < 8 && links.TryGetValue(name, out string? target); hops++)
        {
            name = target;
        }

        (Digest digest, long size) = files.TryGetValue(name, out (Digest Digest, long Size) file) ? file : throw ContainerdException.NotFound($"import archive: layer \"{name}\"");
        using FileStream blob = content.Open(scope, digest);
        bool packed = blob.ReadByte() == 0x1f && blob.ReadByte() == 0x8b;
        return new Descriptor { MediaType = packed ? MediaTypes.DockerLayerGzip : MediaTypes.DockerLayer, Digest = digest, Size = size };
    }
}
