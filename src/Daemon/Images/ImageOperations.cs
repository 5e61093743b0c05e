using Wharf.Daemon.Containerd;
using Wharf.Registry;

namespace Wharf.Daemon.Images;

/// <summary>The operations on images, composed: what the API's routes and the start of the daemon call.</summary>
internal sealed class ImageOperations
{
    private readonly LayerUnpacker unpacker;

    /// <param name="uses">The containers that there are; images in use are not removed.</param>
    /// <param name="settled">Ended when an image that the daemon brings itself is there.</param>
    /// <param name="temporaryDirectory">Below the data root: archives wait there while they are read.</param>
    /// <param name="downloads">Layers of one pull that are fetched at the same time.</param>
    /// <param name="uploads">Blobs of one push that are sent at the same time.</param>
    public ImageOperations(ContainerdConnection containerd, RegistryClient registry, string snapshotter, string temporaryDirectory, Func<IReadOnlyList<ImageUse>> uses, Task settled, int downloads, int uploads)
    {
        var locks = new KeyedLock();
        var content = new ContentStore(containerd.Calls);
        unpacker = new LayerUnpacker(containerd.Calls, snapshotter, locks);
        Store = new ImageStore(containerd.Calls);
        Reader = new ImageReader(content);
        Resolver = new ImageResolver(Store, Reader, settled);
        Push = new PushImage(registry, Store, Reader, content, uploads);
        Attestations = new ListAttestations(Resolver, content);
        Unpack = new UnpackImage(containerd, locks, snapshotter);
        Commit = new CommitContainer(containerd, locks, snapshotter, Resolver);
        Pull = new PullImage(containerd, registry, locks, snapshotter, downloads);
        Load = new LoadImage(containerd, locks, snapshotter, temporaryDirectory);
        Import = new ImportImage(containerd, locks, snapshotter, temporaryDirectory);
        Save = new SaveImage(Resolver, Reader, content);
        var manifests = new ListManifests(Reader, unpacker, uses);
        List = new ListImages(Store, Reader, Resolver, unpacker, manifests, uses);
        Inspect = new InspectImage(Resolver, content, unpacker, manifests, snapshotter);
        History = new InspectImageHistory(Resolver, unpacker);
        Tag = new TagImage(Resolver, Store);
        Remove = new RemoveImage(Resolver, Store, uses);
        Prune = new PruneImages(Store, Reader, unpacker, uses);
        Distribution = new InspectDistribution(registry);
        Authentication = new CheckAuthentication(registry);
    }

    public ImageStore Store { get; }

    public ImageReader Reader { get; }

    /// <summary>What container create asks for an image by name.</summary>
    public ImageResolver Resolver { get; }

    /// <summary>Bytes of an image's layers as they are unpacked; 0 for an image that is gone.</summary>
    public async Task<long> UnpackedSizeAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return await unpacker.SizeAsync((await Resolver.ReadAsync(id, null, cancellation).ConfigureAwait(false)).Content.ChainIds, cancellation).ConfigureAwait(false);
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return 0;
        }
    }

    public PullImage Pull { get; }

    public PushImage Push { get; }

    public ListAttestations Attestations { get; }

    public UnpackImage Unpack { get; }

    public CommitContainer Commit { get; }

    public LoadImage Load { get; }

    public ImportImage Import { get; }

    public SaveImage Save { get; }

    public ListImages List { get; }

    public InspectImage Inspect { get; }

    public InspectImageHistory History { get; }

    public TagImage Tag { get; }

    public RemoveImage Remove { get; }

    public PruneImages Prune { get; }

    public InspectDistribution Distribution { get; }

    public CheckAuthentication Authentication { get; }
}
