using Grpc.Core;
using Wharf.Daemon.Containerd;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>
/// Brings images from an archive into containerd: an OCI image layout, or what docker save writes, compressed or not.
/// An image gets its name only when it is there as a whole and unpacked.
/// </summary>
internal sealed class LoadImage(ContainerdConnection containerd, KeyedLock locks, string snapshotter, string temporaryDirectory)
{
    /// <param name="platforms">Those that are taken of images with several; none: all.</param>
    /// <returns>The names that were loaded, and ids of images without a name.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(Stream source, IReadOnlyList<Platform> platforms, ProgressMessages messages, CancellationToken cancellation)
    {
        try
        {
            await using ImageArchive archive = await ImageArchive.ReadAsync(source, temporaryDirectory, cancellation).ConfigureAwait(false);
            await using ContentLease lease = await ContentLease.TakeAsync(containerd, "load", cancellation).ConfigureAwait(false);
            var import = new ArchiveImport(archive, new ContentStore(lease.Calls), new LayerUnpacker(lease.Calls, snapshotter, locks), snapshotter, platforms, messages);
            var store = new ImageStore(lease.Calls);
            var loaded = new List<string>();
            foreach ((Descriptor target, IReadOnlyList<ImageReference> names) in await ImagesAsync(archive, import, cancellation).ConfigureAwait(false))
            {
                await import.UnpackAsync(target, cancellation).ConfigureAwait(false);
                foreach (ImageReference name in names)
                {
                    await store.SetAsync(name.ToString(), target, cancellation).ConfigureAwait(false);
                    loaded.Add(name.Familiar);
                    messages.Text($"Loaded image: {name.Familiar}\n");
                }

                if (names.Count == 0)
                {
                    await store.PutAsync(ImageLabels.DanglingPrefix + target.Digest, target, cancellation).ConfigureAwait(false);
                    loaded.Add(target.Digest.ToString());
                    messages.Text($"Loaded image ID: {target.Digest}\n");
                }
            }

            return loaded;
        }
        catch (Exception error) when (error is not EngineException && !cancellation.IsCancellationRequested)
        {
            throw error switch
            {
                ImageFormatException => new EngineException(EngineErrorKind.InvalidParameter, $"load image: {error.Message}", error),
                RpcException rpc => new EngineException(EngineErrorKind.System, $"load image: containerd: {rpc.Status.Detail}", error),
                _ => new EngineException(EngineErrorKind.System, $"load image: {error.Message}", error),
            };
        }
    }

    private static async Task<IReadOnlyList<(Descriptor Target, IReadOnlyList<ImageReference> Names)>> ImagesAsync(
        ImageArchive archive,
        ArchiveImport import,
        CancellationToken cancellation)
    {
        if (archive.Has("index.json") && archive.Has(ImageLayout.FileName))
        {
            ImageLayout layout = ImageDocuments.Read(await archive.ReadAsync(ImageLayout.FileName, 4096, cancellation).ConfigureAwait(false), ImageJson.Default.ImageLayout, ImageLayout.FileName);
            if (layout.ImageLayoutVersion != "1.0.0")
            {
                throw new ImageFormatException($"read {ImageLayout.FileName}: version \"{layout.ImageLayoutVersion}\" is not supported");
            }

            byte[] content = await archive.ReadAsync("index.json", ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false);
            ImageIndex index = ImageDocuments.ReadIndex(content, MediaTypes.OciIndex);
            var images = new List<(Descriptor Target, List<ImageReference> Names)>();
            foreach (Descriptor descriptor in index.Manifests)
            {
                if (!await import.ImportAsync(descriptor, cancellation).ConfigureAwait(false))
                {
                    throw import.Filtered ? import.NotFound() : new ImageFormatException($"read archive: image \"{descriptor.Digest}\" is not there as a whole");
                }

                // docker save repeats the descriptor for each name.
                List<ImageReference>? names = images.Find(image => image.Target.Digest == descriptor.Digest).Names;
                if (names is null)
                {
                    images.Add((descriptor, names = []));
                }

                if (NameOf(descriptor) is { } name)
                {
                    names.Add(name);
                }
            }

            return images.Count == 0
                ? throw new ImageFormatException("read archive: index.json names no image")
                : [.. images.Select(image => (image.Target, (IReadOnlyList<ImageReference>)image.Names))];
        }

        if (archive.Has("manifest.json"))
        {
            byte[] content = await archive.ReadAsync("manifest.json", ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false);
            var images = new List<(Descriptor, IReadOnlyList<ImageReference>)>();
            foreach (DockerArchiveEntry saved in ImageDocuments.Read(content, ImageJson.Default.IReadOnlyListDockerArchiveEntry, "manifest.json"))
            {
                IReadOnlyList<ImageReference> names = [.. (saved.RepoTags ?? []).Select(Parse)];
                images.Add((await import.ImportAsync(saved, cancellation).ConfigureAwait(false), names));
            }

            return images.Count == 0 ? throw new ImageFormatException("read archive: manifest.json names no image") : images;
        }

        throw new ImageFormatException("read archive: neither index.json of an OCI image layout nor manifest.json of docker save is there");
    }

    /// <summary>The name that a descriptor of index.json carries; a bare tag names nothing.</summary>
    private static ImageReference? NameOf(Descriptor descriptor)
    {
        string? name = descriptor.Annotations?.GetValueOrDefault(Annotations.ContainerdImageName)
            ?? (descriptor.Annotations?.GetValueOrDefault(Annotations.RefName) is { } own && own.AsSpan().ContainsAny('/', ':') ? own : null);
        return name is null ? null : Parse(name);
    }

    private static ImageReference Parse(string name)
    {
        try
        {
            return ImageReference.Parse(name).OrLatest();
        }
        catch (FormatException error)
        {
            throw new ImageFormatException($"read archive: name \"{name}\": {error.Message}", error);
        }
    }
}
