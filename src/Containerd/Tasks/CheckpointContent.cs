using System.Formats.Tar;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Content;
using Wharf.Containerd.Layers;
using Wharf.Containerd.Rpc;
using Wharf.Oci.Digests;

namespace Wharf.Containerd.Tasks;

/// <summary>What CRIU has written of a task, as content: one archive of its files, and the container's specification beside it.</summary>
internal sealed class CheckpointContent(BlobStore blobs, DiffService layers)
{
    public const string Archive = "application/vnd.containerd.container.criu.checkpoint.criu.tar";
    private const string Specification = "application/vnd.containerd.container.checkpoint.config.v1+proto";

    public IReadOnlyList<ContentDescriptor> Store(CallScope scope, string folder, Any? specification) =>
    [
        Write(scope, Archive, stream => TarFile.CreateFromDirectory(folder, stream, includeBaseDirectory: false)),
        Write(scope, Specification, stream => stream.Write((specification ?? new Any()).ToByteArray())),
    ];

    /// <summary>The files of a checkpoint into a folder that is made for them.</summary>
    public void Unpack(CallScope scope, ContentDescriptor checkpoint, string folder, CancellationToken cancellation)
    {
        if (checkpoint.MediaType != Archive)
        {
            throw ContainerdException.Invalid($"unsupported checkpoint type \"{checkpoint.MediaType}\"");
        }

        Digest digest = Digest.TryParse(checkpoint.Digest, out Digest? parsed) ? parsed : throw ContainerdException.Invalid($"checkpoint: digest \"{checkpoint.Digest}\"");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        layers.Apply(scope.Namespace, digest, new LayerTarget(folder, [], Overlay: false), cancellation);
    }

    private ContentDescriptor Write(CallScope scope, string mediaType, Action<Stream> write)
    {
        using Ingest ingest = blobs.Begin(scope, $"checkpoint-{Guid.NewGuid():N}", total: 0, expected: null);
        ContentDescriptor? written = null;
        try
        {
            using var stream = new IngestStream(ingest);
            write(stream);
            stream.Flush();
            written = new ContentDescriptor { MediaType = mediaType, Digest = ingest.DigestSoFar, Size = ingest.Offset };
            blobs.Commit(scope, ingest, ingest.Offset, expected: null, new Dictionary<string, string>());
            return written;
        }
        catch (ContainerdException error) when (error.Kind == ErrorKind.AlreadyExists && written is not null)
        {
            return written;
        }
        catch
        {
            ingest.Remove();
            throw;
        }
    }
}
