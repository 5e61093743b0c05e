using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Content;
using Wharf.Containerd.Rpc;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Containerd.Transfers;

/// <summary>Blobs of images in and out of the content store, with the labels by which they keep each other.</summary>
internal sealed class StoredContent(BlobStore blobs)
{
    private const string Reference = "containerd.io/gc.ref.content.";
    private const int BufferSize = 128 << 10;
    private static readonly TimeSpan LockedRetry = TimeSpan.FromMilliseconds(50);

    /// <summary>Labels of an index or manifest: what it leads to.</summary>
    public static Dictionary<string, string> References(IEnumerable<Descriptor> manifests) =>
        manifests.Select((one, index) => (one, index)).ToDictionary(pair => $"{Reference}m.{pair.index}", pair => pair.one.Digest.ToString());

    public static Dictionary<string, string> References(Manifest manifest)
    {
        var labels = manifest.Layers.Select((one, index) => (one, index)).ToDictionary(pair => $"{Reference}l.{pair.index}", pair => pair.one.Digest.ToString());
        labels[Reference + "config"] = manifest.Config.Digest.ToString();
        return labels;
    }

    public static ContentDescriptor ToContainerd(Descriptor descriptor)
    {
        var made = new ContentDescriptor { MediaType = descriptor.MediaType, Digest = descriptor.Digest.ToString(), Size = descriptor.Size };
        made.Annotations.Add(descriptor.Annotations?.ToDictionary() ?? []);
        return made;
    }

    /// <summary>A small document as a whole.</summary>
    public byte[] Read(CallScope scope, Digest digest, int limit)
    {
        using var file = new FileStream(blobs.Open(scope.Namespace, digest), FileAccess.Read);
        if (file.Length > limit)
        {
            throw new InvalidDataException($"read document {digest}: {file.Length} bytes, at most {limit} are supported");
        }

        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    public FileStream Open(CallScope scope, Digest digest) => new(blobs.Open(scope.Namespace, digest), FileAccess.Read, BufferSize, isAsync: false);

    public IReadOnlyDictionary<string, string> Labels(CallScope scope, Digest digest) => blobs.Get(scope.Namespace, digest).Labels;

    /// <summary>Notes that a repository has a blob.</summary>
    public void AddOrigin(CallScope scope, Digest digest, Oci.References.ImageReference repository) =>
        blobs.ChangeLabel(scope.Namespace, digest, Origins.Label(repository), names => Origins.With(names, repository.Path));

    public bool Has(CallScope scope, Digest digest)
    {
        try
        {
            blobs.Get(scope.Namespace, digest);
            return true;
        }
        catch (ContainerdException error) when (error.Kind == ErrorKind.NotFound)
        {
            return false;
        }
    }

    public Descriptor Write(CallScope scope, string mediaType, ReadOnlySpan<byte> content, IReadOnlyDictionary<string, string> labels)
    {
        var digest = Digest.Of(content);
        try
        {
            using Ingest ingest = blobs.Begin(scope, $"document-{digest}", content.Length, digest);
            ingest.Truncate();
            ingest.Write(content);
            blobs.Commit(scope, ingest, content.Length, digest, labels);
        }
        catch (ContainerdException error) when (error.Kind == ErrorKind.AlreadyExists)
        {
            Label(scope, digest, labels);
        }

        return new Descriptor { MediaType = mediaType, Digest = digest, Size = content.Length };
    }

    public void Label(CallScope scope, Digest digest, IReadOnlyDictionary<string, string> labels)
    {
        foreach ((string key, string value) in labels)
        {
            blobs.AddLabel(scope.Namespace, digest, key, value);
        }
    }

    /// <summary>
    /// Takes a blob from a stream. <paramref name="open"/> begins at an offset: what an earlier transfer has left is not fetched again.
    /// What is there already is not read at all. The stream stays its owner's.
    /// </summary>
    public async Task<Digest> CopyAsync(
        CallScope scope,
        string reference,
        long size,
        Digest? expected,
        Func<long, Stream> open,
        IReadOnlyDictionary<string, string> labels,
        Func<long, Task> progress,
        CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await CopyOnceAsync(scope, reference, size, expected, open, labels, progress, cancellation).ConfigureAwait(false);
            }
            catch (ContainerdException error) when (error.Kind == ErrorKind.Unavailable)
            {
                // Somebody else writes the same blob: it comes to be, or its writer lets go.
                await Task.Delay(LockedRetry, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<Digest> CopyOnceAsync(
        CallScope scope,
        string reference,
        long size,
        Digest? expected,
        Func<long, Stream> open,
        IReadOnlyDictionary<string, string> labels,
        Func<long, Task> progress,
        CancellationToken cancellation)
    {
        Digest? digest = expected;
        try
        {
            using Ingest ingest = blobs.Begin(scope, reference, size, expected);
            if (expected is null || ingest.Offset > size)
            {
                ingest.Truncate();
            }

            try
            {
                Stream source = open(ingest.Offset);
                byte[] buffer = new byte[BufferSize];
                int count;
                while ((count = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
                {
                    ingest.Write(buffer.AsSpan(0, count));
                    await progress(ingest.Offset).ConfigureAwait(false);
                }

                digest ??= Digest.Parse(ingest.DigestSoFar);
                blobs.Commit(scope, ingest, size, digest, labels);
            }
            catch (Exception error) when (error is ContainerdException { Kind: ErrorKind.FailedPrecondition or ErrorKind.OutOfRange } or Registry.RegistryException { Kind: Registry.RegistryErrorKind.Malformed })
            {
                // These are not the bytes that the digest names: nobody is to go on with them.
                ingest.Remove();
                throw;
            }

            return digest;
        }
        catch (ContainerdException error) when (error.Kind == ErrorKind.AlreadyExists && digest is not null)
        {
            Label(scope, digest, labels);
            return digest;
        }
    }
}
