using System.IO.Compression;
using System.Security.Cryptography;
using Google.Protobuf.Collections;
using Wharf.ContainerdApi.Content.V1;
using Wharf.ContainerdApi.Diff.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Content;
using Wharf.Containerd.Rpc;
using Wharf.Linux;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using ZstdSharp;

namespace Wharf.Containerd.Differ;

/// <summary>Makes a layer of what one set of mounts has and another has not, and puts it into the content store.</summary>
internal sealed class LayerDiff(BlobStore blobs)
{
    private const string Uncompressed = "containerd.io/uncompressed";
    private const int BufferSize = 128 << 10;

    public ContentDescriptor Make(CallScope scope, DiffRequest request, IReadOnlyList<Mount> left, IReadOnlyList<Mount> right, CancellationToken cancellation)
    {
        string mediaType = request.MediaType.Length > 0 ? request.MediaType : MediaTypes.OciLayerGzip;
        if (mediaType is not (MediaTypes.OciLayer or MediaTypes.OciLayerGzip or MediaTypes.OciLayerZstd))
        {
            throw new ContainerdException(ErrorKind.Unimplemented, $"unsupported diff media type: {mediaType}: not implemented");
        }

        using FileDescriptor? lower = MountedTree.Open(left);
        using FileDescriptor upper = MountedTree.Open(right) ?? throw ContainerdException.Invalid("make layer: no mounts of the changed tree");
        string reference = request.Ref.Length > 0 ? request.Ref : $"diff-{Guid.NewGuid():N}";
        Ingest ingest = blobs.Begin(scope, reference, total: 0, expected: null);
        bool made = false;
        try
        {
            // A reference that somebody has used before begins anew.
            ingest.Truncate();
            var changes = new TreeChanges(lower, upper);
            Digest diffId = Write(ingest, mediaType, output => new LayerWriter(upper, new TarWriter(output), request.SourceDateEpoch?.Seconds).Write(changes.Walk(cancellation)));
            if (mediaType != MediaTypes.OciLayer)
            {
                request.Labels[Uncompressed] = diffId.ToString();
            }

            Info info = Commit(scope, ingest, request.Labels);
            made = true;
            return new ContentDescriptor { MediaType = mediaType, Digest = info.Digest, Size = info.Size };
        }
        finally
        {
            if (!made)
            {
                ingest.Remove();
            }

            ingest.Dispose();
        }
    }

    private static Digest Write(Ingest ingest, string mediaType, Action<Stream> write)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var target = new IngestStream(ingest);
        using (Stream compressed = Compress(target, mediaType))
        {
            using var hashing = new HashingStream(compressed, hash);
            using var output = new BufferedStream(hashing, BufferSize);
            write(output);
            output.Flush();
        }

        target.Flush();
        return Digest.Of(hash);
    }

    private static Stream Compress(Stream target, string mediaType) => mediaType switch
    {
        MediaTypes.OciLayerGzip => new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true),
        MediaTypes.OciLayerZstd => new CompressionStream(target, leaveOpen: true),
        _ => target,
    };

    private Info Commit(CallScope scope, Ingest ingest, MapField<string, string> labels)
    {
        Digest digest = Digest.Parse(ingest.DigestSoFar);
        try
        {
            blobs.Commit(scope, ingest, size: 0, digest, labels);
        }
        catch (ContainerdException error) when (error.Kind == ErrorKind.AlreadyExists)
        {
            // The same layer was made or pulled before, perhaps by somebody who did not say what it is uncompressed.
            if (labels.TryGetValue(Uncompressed, out string? diffId))
            {
                blobs.AddLabel(scope.Namespace, digest, Uncompressed, diffId);
            }
        }

        return blobs.Get(scope.Namespace, digest);
    }
}
