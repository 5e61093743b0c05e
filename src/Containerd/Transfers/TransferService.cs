using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Transfer.V1;
using Wharf.ContainerdApi.Types;
using Wharf.ContainerdApi.Types.Transfer;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Layers;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Registries;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Snapshots;
using Wharf.Containerd.Streams;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Registry;

namespace Wharf.Containerd.Transfers;

/// <summary>Images from one end to another: what is done follows from the types of the two.</summary>
internal sealed class TransferService(MetadataStore store, GarbageCollector garbage, StreamTable streams, StoredContent content, ImageRecords images, SnapshotterTable snapshotters, DiffService layers, string? hostsFolder) : Transfer.TransferBase
{
    public override async Task<Empty> Transfer(TransferRequest request, ServerCallContext context)
    {
        var caller = CallScope.Of(context);
        CancellationToken cancellation = context.CancellationToken;
        using NamedStream? watcher = request.Options is { ProgressStream.Length: > 0 } options ? streams.Get(caller.Namespace, options.ProgressStream) : null;
        var progress = new TransferProgress(watcher);
        IMessage source = Parse(request.Source, "source");
        IMessage destination = Parse(request.Destination, "destination");
        using var lease = new TransferLease(store, garbage, caller);
        try
        {
            await ((source, destination) switch
            {
                (ImageStore from, ImageStore to) => Tag(caller, from, to),
                (OCIRegistry from, ImageStore to) => PullAsync(lease.Scope, from, to, progress, cancellation),
                (ImageImportStream from, ImageStore to) => ImportAsync(lease.Scope, from, to, progress, cancellation),
                (ImageStore from, OCIRegistry to) => PushAsync(lease.Scope, from, to, progress, cancellation),
                (ImageStore from, ImageExportStream to) => ExportAsync(caller, from, to, progress, cancellation),
                _ => throw new ContainerdException(ErrorKind.Unimplemented, $"method Transfer not implemented for {request.Source.TypeUrl} to {request.Destination.TypeUrl}"),
            }).ConfigureAwait(false);
        }
        catch (RegistryException error)
        {
            throw new ContainerdException(error.Kind is RegistryErrorKind.ManifestUnknown or RegistryErrorKind.NameUnknown ? ErrorKind.NotFound : ErrorKind.Unknown, error.Message, error);
        }
        catch (ImageFormatException error)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, error.Message, error);
        }

        return new Empty();
    }

    private static IMessage Parse(Any? any, string end)
    {
        try
        {
            return any is null ? throw ContainerdException.Invalid($"transfer: no {end}")
                : NamedStream.Is(any, new ImageStore()) ? ImageStore.Parser.ParseFrom(any.Value)
                : NamedStream.Is(any, new OCIRegistry()) ? OCIRegistry.Parser.ParseFrom(any.Value)
                : NamedStream.Is(any, new ImageImportStream()) ? ImageImportStream.Parser.ParseFrom(any.Value)
                : NamedStream.Is(any, new ImageExportStream()) ? ImageExportStream.Parser.ParseFrom(any.Value)
                : any;
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"transfer: {end}: {error.Message}: invalid argument", error);
        }
    }

    private Task Tag(CallScope scope, ImageStore from, ImageStore to)
    {
        ContainerdApi.Images.V1.Image image = images.Get(scope, from.Name);
        images.Put(scope, to.Name, image.Target, to.Labels);
        return Task.CompletedTask;
    }

    private async Task PullAsync(CallScope scope, OCIRegistry from, ImageStore to, TransferProgress progress, CancellationToken cancellation)
    {
        using RegistryAccess registry = Access(scope, from, push: false);
        UnpackImage[] unpacks = Unpacks(to, progress);
        Descriptor image = await new PullFromRegistry(content, registry, new PlatformChoice(to.Platforms), unpacks, progress).PullAsync(scope, cancellation).ConfigureAwait(false);
        await UnpackAsync(scope, image, unpacks, cancellation).ConfigureAwait(false);
        foreach (string name in to.ExtraReferences.Where(one => !one.IsPrefix || one.AddDigest).Select(one => one.AddDigest ? $"{one.Name}@{image.Digest}" : one.Name).Prepend(to.Name.Length > 0 ? to.Name : from.Reference))
        {
            images.Put(scope, name, StoredContent.ToContainerd(image), to.Labels);
            await progress.TellAsync("saved", name, StoredContent.ToContainerd(image), 0, cancellation).ConfigureAwait(false);
        }

        await progress.TellAsync($"Completed pull from OCI Registry ({from.Reference})", cancellation).ConfigureAwait(false);
    }

    private async Task PushAsync(CallScope scope, ImageStore from, OCIRegistry to, TransferProgress progress, CancellationToken cancellation)
    {
        ContainerdApi.Images.V1.Image image = images.Get(scope, from.Name);
        using RegistryAccess registry = Access(scope, to, push: true);
        var target = new Descriptor { MediaType = image.Target.MediaType, Digest = Digest.Parse(image.Target.Digest), Size = image.Target.Size };
        await new PushToRegistry(content, registry, new PlatformChoice(from.Platforms), progress).PushAsync(scope, image.Name, target, cancellation).ConfigureAwait(false);
    }

    private RegistryAccess Access(CallScope scope, OCIRegistry end, bool push) => RegistryAccess.Open(end, hostsFolder, id => streams.Get(scope.Namespace, id), push);

    private async Task ImportAsync(CallScope scope, ImageImportStream from, ImageStore to, TransferProgress progress, CancellationToken cancellation)
    {
        using NamedStream stream = streams.Get(scope.Namespace, from.Stream);
        await progress.TellAsync("Importing", cancellation).ConfigureAwait(false);
        (Descriptor index, IReadOnlyList<Descriptor> manifests) = await new ImportArchive(content).ImportAsync(scope, new DataReader(stream), cancellation).ConfigureAwait(false);
        var named = new List<(string Name, Descriptor Image)>();
        if (to.Name.Length > 0)
        {
            named.Add((to.Name, index));
        }

        named.AddRange(manifests.SelectMany(manifest => ImageRecords.Names(to, StoredContent.ToContainerd(manifest)).Select(name => (name, manifest))));
        if (named.Count == 0)
        {
            throw ContainerdException.NotFound("import archive: no image name found");
        }

        foreach ((string name, Descriptor image) in named)
        {
            await UnpackAsync(scope, image, Unpacks(to, progress), cancellation).ConfigureAwait(false);
            images.Put(scope, name, StoredContent.ToContainerd(image), to.Labels);
            await progress.TellAsync("saved", name, StoredContent.ToContainerd(image), 0, cancellation).ConfigureAwait(false);
        }

        await progress.TellAsync("Completed import", cancellation).ConfigureAwait(false);
    }

    private UnpackImage[] Unpacks(ImageStore to, TransferProgress progress) =>
        [.. to.Unpacks.Select(one => new UnpackImage(content, snapshotters.Get(one.Snapshotter.Length > 0 ? one.Snapshotter : Snapshotter.OverlayName), layers, one, progress))];

    private static async Task UnpackAsync(CallScope scope, Descriptor image, IEnumerable<UnpackImage> unpacks, CancellationToken cancellation)
    {
        foreach (UnpackImage unpack in unpacks)
        {
            await unpack.UnpackAsync(scope, image, cancellation).ConfigureAwait(false);
        }
    }

    private async Task ExportAsync(CallScope scope, ImageStore from, ImageExportStream to, TransferProgress progress, CancellationToken cancellation)
    {
        using NamedStream stream = streams.Get(scope.Namespace, to.Stream);
        await progress.TellAsync("Exporting", cancellation).ConfigureAwait(false);
        if (from.ExtraReferences.Any(reference => reference.IsPrefix))
        {
            throw new ContainerdException(ErrorKind.Unimplemented, "export images by prefix: not implemented");
        }

        string[] names = [.. ((string[])[from.Name, .. from.ExtraReferences.Select(reference => reference.Name)]).Where(name => name.Length > 0)];
        if (names.Length == 0)
        {
            throw ContainerdException.Invalid("export: no image is named");
        }

        IReadOnlyList<ContainerdApi.Types.Platform> platforms = to.AllPlatforms ? [] : to.Platforms.Count > 0 ? to.Platforms : [new ContainerdApi.Types.Platform()];
        var export = new ExportArchive(content, new PlatformChoice(platforms), dockerList: !to.SkipDockerManifest);
        await export.ExportAsync(scope, [.. names.Select(name => images.Get(scope, name))], new DataWriter(stream), cancellation).ConfigureAwait(false);
        await progress.TellAsync("Completed export", cancellation).ConfigureAwait(false);
    }
}
