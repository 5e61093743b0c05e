using Wharf.Daemon.Containerd;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;
using Wharf.Registry;

namespace Wharf.Daemon.Images;

/// <summary>
/// Brings an image from its registry into containerd.
/// <code>
/// 1 resolve the name          registry  HEAD manifest
/// 2 read index and manifest   registry  choose the platform
/// 3 fetch config and layers   registry → content store, several at once
/// 4 unpack                    content store → snapshots, layer n while n+1 is fetched
/// 5 store config, manifest, index with the labels that keep each other alive
/// 6 name the image
/// </code>
/// Until step 6 a lease keeps the parts, and nobody sees the image.
/// </summary>
internal sealed class PullImage(ContainerdConnection containerd, RegistryClient registry, KeyedLock locks, string snapshotter, int downloadsAtOnce)
{
    /// <summary>Pulls a tag or digest; a name alone means <c>latest</c>.</summary>
    public async Task<ImageRecord> RunAsync(ImageReference named, Platform? platform, RegistryCredentials? credentials, ProgressMessages messages, CancellationToken cancellation)
    {
        ImageReference reference = named.OrLatest();
        // Two pulls of one name do the work once, and share the lease that an interrupted one left.
        using IDisposable held = await locks.EnterAsync($"pull {reference}", cancellation).ConfigureAwait(false);
        try
        {
            await using ContentLease lease = await ContentLease.TakeNamedAsync(containerd, $"pull-{Digest.Of(reference.ToString()).Encoded}", cancellation).ConfigureAwait(false);
            return await RunAsync(reference, lease, platform, credentials, messages, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            throw PullErrors.Translate(error, reference);
        }
    }

    /// <summary>Pulls every tag of a repository.</summary>
    public async Task RunAllAsync(ImageReference name, Platform? platform, RegistryCredentials? credentials, ProgressMessages messages, CancellationToken cancellation)
    {
        IReadOnlyList<string> tags;
        try
        {
            using RegistryRepository repository = registry.Open(name, credentials);
            tags = await repository.ListTagsAsync(cancellation).ConfigureAwait(false);
        }
        catch (RegistryException error)
        {
            throw PullErrors.Translate(error, name);
        }

        foreach (string tag in tags)
        {
            await RunAsync(name.WithTag(tag), platform, credentials, messages, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<ImageRecord> RunAsync(
        ImageReference reference,
        ContentLease lease,
        Platform? platform,
        RegistryCredentials? credentials,
        ProgressMessages messages,
        CancellationToken cancellation)
    {
        using RegistryRepository repository = registry.Open(reference, credentials);
        var store = new ImageStore(lease.Calls);
        var content = new ContentStore(lease.Calls);
        string wanted = reference.Digest?.ToString() ?? reference.Tag!;

        // 1
        Descriptor target = await repository.ResolveAsync(wanted, cancellation).ConfigureAwait(false);
        messages.Status($"Pulling from {reference.Path}", wanted);

        // 2
        var source = new PullSource(repository, content, reference);
        PulledManifest pulled = await ChooseAsync(source, target, platform ?? Platform.Host, cancellation).ConfigureAwait(false);

        // 3, 4
        Image image;
        try
        {
            image = await FetchAsync(source, lease, pulled, platform, messages, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or RegistryException { IsTransient: true })
        {
            lease.Keep = true;
            throw;
        }

        // 5
        await content.WriteAsync(pulled.Descriptor, pulled.Content, source.WithOrigin(ImageLayers.References(pulled.Manifest)), cancellation).ConfigureAwait(false);
        foreach (PulledIndex index in Enumerable.Reverse(pulled.Indexes))
        {
            await content.WriteAsync(index.Descriptor, index.Content, source.WithOrigin(ImageLayers.References(index.Index)), cancellation).ConfigureAwait(false);
        }

        // 6
        string name = ImageResolver.StoreName(reference);
        ImageRecord? before = await store.SetAsync(name, target, cancellation).ConfigureAwait(false);
        messages.Status($"Digest: {target.Digest}");
        messages.Status(before?.Target.Digest == target.Digest
            ? $"Status: Image is up to date for {reference.Familiar}"
            : $"Status: Downloaded newer image for {reference.Familiar}");
        return new ImageRecord(name, target, image.Created ?? DateTimeOffset.UnixEpoch, new Dictionary<string, string>());
    }

    private static async Task<PulledManifest> ChooseAsync(PullSource source, Descriptor target, Platform platform, CancellationToken cancellation)
    {
        var indexes = new List<PulledIndex>();
        Descriptor descriptor = target;
        while (true)
        {
            if (MediaTypes.IsManifestV1(descriptor.MediaType))
            {
                throw new ImageFormatException("manifest of schema version 1 is not supported: push the image again with a newer client");
            }

            ReadOnlyMemory<byte> content = await source.GetManifestAsync(descriptor, cancellation).ConfigureAwait(false);
            if (!MediaTypes.IsIndex(descriptor.MediaType))
            {
                return MediaTypes.IsManifest(descriptor.MediaType)
                    ? new PulledManifest(descriptor, content, ImageDocuments.ReadManifest(content.Span, descriptor.MediaType), indexes)
                    : throw new ImageFormatException($"unsupported media type {descriptor.MediaType}");
            }

            ImageIndex index = ImageDocuments.ReadIndex(content.Span, descriptor.MediaType);
            indexes.Add(new PulledIndex(descriptor, content, index));
            if (indexes.Count > ImageReader.DeepestIndex || indexes.Any(other => other.Descriptor.Digest == descriptor.Digest && !ReferenceEquals(other.Index, index)))
            {
                throw new ImageFormatException($"read index \"{target.Digest}\": nested deeper than {ImageReader.DeepestIndex}");
            }

            descriptor = ManifestChoice.Best(index, platform)
                ?? throw new EngineException(EngineErrorKind.NotFound, $"no matching manifest for {platform} in the manifest list entries");
        }
    }

    private async Task<Image> FetchAsync(
        PullSource source,
        ContentLease lease,
        PulledManifest pulled,
        Platform? platform,
        ProgressMessages messages,
        CancellationToken cancellation)
    {
        Manifest manifest = pulled.Manifest;
        if (!MediaTypes.IsConfig(manifest.Config.MediaType))
        {
            throw new ImageFormatException($"unsupported media type {manifest.Config.MediaType}");
        }

        byte[] config = await source.GetConfigAsync(manifest.Config, cancellation).ConfigureAwait(false);
        Image image = ImageDocuments.ReadImage(config);
        ImageLayers.Check(manifest, image);
        if ((platform ?? Platform.Host).Distance(image.Platform) is null)
        {
            throw new EngineException(
                EngineErrorKind.NotFound,
                $"image with reference {source.Reference.Familiar} was found but its platform ({image.Platform}) does not match the specified platform ({platform ?? Platform.Host})");
        }

        IReadOnlyList<Digest> chain = image.Rootfs.ChainIds();
        var unpacker = new LayerUnpacker(lease.Calls, snapshotter, locks);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var downloads = new SemaphoreSlim(downloadsAtOnce);
        foreach (Descriptor layer in manifest.Layers)
        {
            messages.Layer(ImageLayers.ShortId(layer.Digest), "Pulling fs layer");
        }

        Task<bool>[] fetches = [.. manifest.Layers.Select(layer => FetchLayerAsync(source, layer, downloads, messages, end.Token))];
        try
        {
            for (int index = 0; index < manifest.Layers.Count; index++)
            {
                bool fetched = await fetches[index].ConfigureAwait(false);
                await UnpackLayerAsync(source.Content, unpacker, manifest.Layers[index], image.Rootfs.DiffIds[index], chain, index, fetched, messages, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            // One layer that fails ends the others, and nothing is forgotten.
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(fetches).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }

        await source.Content.WriteAsync(manifest.Config, config, source.WithOrigin(ImageLayers.References(image, snapshotter)), cancellation).ConfigureAwait(false);
        return image;
    }

    /// <summary>True when the layer had to be fetched.</summary>
    private async Task<bool> FetchLayerAsync(PullSource source, Descriptor layer, SemaphoreSlim downloads, ProgressMessages messages, CancellationToken cancellation)
    {
        await downloads.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using IDisposable held = await locks.EnterAsync($"content {layer.Digest}", cancellation).ConfigureAwait(false);
            return await source.FetchLayerAsync(layer, messages, cancellation).ConfigureAwait(false);
        }
        finally
        {
            downloads.Release();
        }
    }

    private static async Task UnpackLayerAsync(
        ContentStore content,
        LayerUnpacker unpacker,
        Descriptor layer,
        Digest diffId,
        IReadOnlyList<Digest> chain,
        int index,
        bool fetched,
        ProgressMessages messages,
        CancellationToken cancellation)
    {
        string id = ImageLayers.ShortId(layer.Digest);
        if (!fetched && await unpacker.ExistsAsync(chain[index], cancellation).ConfigureAwait(false))
        {
            messages.Layer(id, "Already exists");
            return;
        }

        messages.Layer(id, "Extracting");
        await unpacker.UnpackAsync(layer, diffId, chain[index], index == 0 ? null : chain[index - 1], cancellation).ConfigureAwait(false);
        await content.LabelAsync(layer.Digest, new Dictionary<string, string> { [ImageLabels.Uncompressed] = diffId.ToString() }, cancellation).ConfigureAwait(false);
        messages.Layer(id, "Pull complete");
    }
}
