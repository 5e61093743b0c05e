using System.Security.Cryptography;
using System.Text.Json;
using Wharf.Daemon.Containerd;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>Makes an image of one layer from the tar of a root filesystem (<c>docker import</c>).</summary>
internal sealed class ImportImage(ContainerdConnection containerd, KeyedLock locks, string snapshotter, string temporaryDirectory)
{
    public async Task RunAsync(
        Stream source,
        ImageReference? name,
        Platform? platform,
        string message,
        IReadOnlyList<string> changes,
        ProgressMessages messages,
        CancellationToken cancellation)
    {
        ImageConfig config = ImageChanges.Apply(new ImageConfig(), changes);
        try
        {
            using FileStream file = CreateTemporary();
            await source.CopyToAsync(file, 1 << 20, cancellation).ConfigureAwait(false);
            (Descriptor layer, Digest diffId) = await DescribeAsync(file, cancellation).ConfigureAwait(false);
            await using ContentLease lease = await ContentLease.TakeAsync(containerd, "import", cancellation).ConfigureAwait(false);
            var content = new ContentStore(lease.Calls);
            Platform target = platform ?? Platform.Host;
            DateTimeOffset now = DateTimeOffset.UtcNow;
            var image = new Image
            {
                Created = now,
                Architecture = target.Architecture,
                Variant = target.Variant,
                Os = target.Os,
                Config = config,
                Rootfs = new RootFs { Type = "layers", DiffIds = [diffId] },
                History = [new History { Created = now, Comment = string.IsNullOrEmpty(message) ? "Imported from -" : message }],
            };
            byte[] document = JsonSerializer.SerializeToUtf8Bytes(image, ImageJson.Plain.Image);
            var manifest = new Manifest
            {
                SchemaVersion = 2,
                MediaType = MediaTypes.OciManifest,
                Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = Digest.Of(document), Size = document.Length },
                Layers = [layer],
            };
            byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, ImageJson.Plain.Manifest);
            var descriptor = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = Digest.Of(bytes), Size = bytes.Length };
            await content.WriteAsync(layer, offset => new SliceStream(file.SafeFileHandle, offset, layer.Size - offset), new Dictionary<string, string>(), null, cancellation).ConfigureAwait(false);
            await new LayerUnpacker(lease.Calls, snapshotter, locks).UnpackAsync(layer, diffId, diffId, null, cancellation).ConfigureAwait(false);
            await content.WriteAsync(manifest.Config, document, ImageLayers.References(image, snapshotter), cancellation).ConfigureAwait(false);
            await content.WriteAsync(descriptor, bytes, ImageLayers.References(manifest), cancellation).ConfigureAwait(false);
            var store = new ImageStore(lease.Calls);
            if (name is null)
            {
                await store.PutAsync(ImageLabels.DanglingPrefix + descriptor.Digest, descriptor, cancellation).ConfigureAwait(false);
            }
            else
            {
                await store.SetAsync(name.ToString(), descriptor, cancellation).ConfigureAwait(false);
            }

            messages.Status(descriptor.Digest.ToString());
        }
        catch (Exception error) when (error is not EngineException && !cancellation.IsCancellationRequested)
        {
            throw new EngineException(
                error is ImageFormatException or InvalidDataException ? EngineErrorKind.InvalidParameter : EngineErrorKind.System,
                $"import image: {(error is Grpc.Core.RpcException rpc ? rpc.Status.Detail : error.Message)}",
                error);
        }
    }

    /// <summary>The layer as it is, and the digest of what it is uncompressed.</summary>
    private static async Task<(Descriptor Layer, Digest DiffId)> DescribeAsync(FileStream file, CancellationToken cancellation)
    {
        byte[] magic = new byte[Compression.MagicLength];
        int length = await RandomAccess.ReadAsync(file.SafeFileHandle, magic, 0, cancellation).ConfigureAwait(false);
        Digest digest = await HashAsync(new SliceStream(file.SafeFileHandle, 0, file.Length), cancellation).ConfigureAwait(false);
        await using Stream plain = Compression.Open(magic.AsSpan(0, length), new SliceStream(file.SafeFileHandle, 0, file.Length));
        Digest diffId = await HashAsync(plain, cancellation).ConfigureAwait(false);
        return (new Descriptor { MediaType = Compression.LayerMediaType(magic.AsSpan(0, length)), Digest = digest, Size = file.Length }, diffId);
    }

    private static async Task<Digest> HashAsync(Stream stream, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        while (await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var count and > 0)
        {
            hash.AppendData(buffer, 0, count);
        }

        return Digest.Of(hash);
    }

    private FileStream CreateTemporary()
    {
        Directory.CreateDirectory(temporaryDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new FileStream(Path.Combine(temporaryDirectory, $"import-{Guid.NewGuid():N}"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        });
    }
}
