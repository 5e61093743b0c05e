using System.Diagnostics;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Wharf.ContainerdApi.Diff.V1;
using Wharf.ContainerdApi.Tracing;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Activations;
using Wharf.Containerd.Content;
using Wharf.Containerd.Differ;
using Wharf.Containerd.Rpc;
using Wharf.Linux;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Containerd.Layers;

/// <summary>Applies layers to snapshots, and makes layers of them.</summary>
internal sealed class DiffService(BlobStore blobs, LayerDiff diff, MountActivations activations) : Diff.DiffBase
{
    // A layer grows no more than deflate can make it; some other formats write a terabyte in a few bytes.
    private const long LargestRatio = 1032;
    private const long Slack = 1L << 30;

    public override async Task<ApplyResponse> Apply(ApplyRequest request, ServerCallContext context)
    {
        ContentDescriptor diff = request.Diff ?? throw ContainerdException.Invalid("apply layer: no descriptor");
        Digest digest = Digest.TryParse(diff.Digest, out Digest? parsed) ? parsed : throw ContainerdException.Invalid($"apply layer: digest \"{diff.Digest}\"");
        return new ApplyResponse { Applied = await ApplyAsync(CallScope.Of(context), digest, request.Mounts, request.SyncFs, context.CancellationToken).ConfigureAwait(false) };
    }

    public override async Task<DiffResponse> Diff(DiffRequest request, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        ActivatedMounts left = await ActivatedMounts.OfAsync(activations, scope, request.Left, context.CancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable ofLeft = left.ConfigureAwait(false);
        ActivatedMounts right = await ActivatedMounts.OfAsync(activations, scope, request.Right, context.CancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable ofRight = right.ConfigureAwait(false);
        return new DiffResponse
        {
            Diff = await Task.Factory.StartNew(
                () => diff.Make(scope, request, left.Mounts, right.Mounts, context.CancellationToken),
                context.CancellationToken,
                TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Default).ConfigureAwait(false),
        };
    }

    /// <summary>Writes a stored layer into what mounts describe; what it is uncompressed.</summary>
    public async Task<ContentDescriptor> ApplyAsync(CallScope scope, Digest digest, IReadOnlyList<Mount> mounts, bool sync, CancellationToken cancellation)
    {
        using Activity? span = Spans.Source.StartActivity("apply layer")?.SetTag("digest", digest.ToString());
        ActivatedMounts activated = await ActivatedMounts.OfAsync(activations, scope, mounts, cancellation).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable deactivation = activated.ConfigureAwait(false);
        LayerTarget target = LayerTarget.Of(activated.Mounts);

        // Seconds of disk and processor: not a thread that answers calls.
        ContentDescriptor applied = await Task.Factory.StartNew(
            () => Apply(scope.Namespace, digest, target, cancellation),
            cancellation,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default).ConfigureAwait(false);
        if (sync)
        {
            Durability.SyncFilesystem(target.Folder);
        }

        return applied;
    }

    /// <summary>Writes a stored layer into its target; what it is uncompressed.</summary>
    public ContentDescriptor Apply(string scope, Digest digest, LayerTarget target, CancellationToken cancellation)
    {
        using var blob = new FileStream(blobs.Open(scope, digest), FileAccess.Read, bufferSize: 1 << 17);
        using Stream uncompressed = LayerCompression.Open(blob);
        using var layer = new UncompressedLayer(uncompressed, Slack + (LargestRatio * blob.Length));
        using (var applier = new LayerApplier(target))
        {
            applier.Apply(new TarReader(layer), cancellation);
        }

        // What follows the end of the archive counts for the digest.
        Span<byte> rest = stackalloc byte[4096];
        while (layer.Read(rest) > 0)
        {
        }

        return new ContentDescriptor { MediaType = MediaTypes.OciLayer, Digest = layer.Digest!.ToString(), Size = layer.Total };
    }
}
