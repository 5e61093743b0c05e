using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Registry;

/// <summary>
/// Sending content: distribution-spec, "Push".
/// <code>
/// 1 is it there?              HEAD  blobs/DIGEST
/// 2 begin, or mount           POST  blobs/uploads/?mount=DIGEST&amp;from=REPOSITORY
/// 3 its bytes, in pieces      PATCH LOCATION          GET LOCATION says how far it is, when a piece broke
/// 4 the end                   PUT   LOCATION?digest=DIGEST
/// 5 when all blobs are there  PUT   manifests/TAG
/// </code>
/// </summary>
public sealed partial class RegistryRepository
{
    private const long LargestPiece = 1L << 30;
    private static readonly TimeSpan PieceLimit = TimeSpan.FromMinutes(10);

    /// <summary>Whether the registry has a manifest by this tag or digest, and which.</summary>
    public Task<Digest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellation) => AttemptAsync(
        async connection =>
        {
            using HttpResponseMessage response = await connection.SendAsync(HttpMethod.Head, ManifestPath(tagOrDigest), MediaTypes.Manifests, null, cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? Digest.TryParse(DigestHeader(response) ?? tagOrDigest, out Digest? digest) ? digest : null
                : response.StatusCode == HttpStatusCode.NotFound ? null : throw await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.ManifestUnknown, cancellation).ConfigureAwait(false);
        },
        RegistryCapabilities.Push,
        cancellation);

    /// <summary>Brings a blob to the registry, if it is not there.</summary>
    /// <param name="blob">Its digest and size.</param>
    /// <param name="sources">Repositories of the same registry that may have it.</param>
    /// <param name="open">The blob's bytes from an offset on.</param>
    /// <param name="progress">Is told how many bytes the registry has.</param>
    /// <param name="cancellation">Ends it; what is half sent the registry drops some day.</param>
    /// <exception cref="RegistryException"/>
    public Task<BlobPush> PushBlobAsync(Descriptor blob, IReadOnlyList<string> sources, Func<long, Stream> open, Func<long, Task> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return AttemptAsync(
            async connection =>
            {
                // 1
                using (HttpResponseMessage found = await connection.SendAsync(HttpMethod.Head, $"{_reference.Path}/blobs/{blob.Digest}", [], null, cancellation).ConfigureAwait(false))
                {
                    if (found.IsSuccessStatusCode)
                    {
                        return BlobPush.Present;
                    }
                }

                // 2
                foreach (string? source in sources.Where(source => source != _reference.Path).Append(null))
                {
                    using HttpResponseMessage begun = await BeginAsync(connection, blob.Digest, source, cancellation).ConfigureAwait(false);
                    if (begun.StatusCode == HttpStatusCode.Created)
                    {
                        return BlobPush.Mounted;
                    }

                    if (begun.StatusCode == HttpStatusCode.Accepted && Location(begun) is { } location)
                    {
                        await SendBlobAsync(connection, location, Piece(begun), blob, open, progress, cancellation).ConfigureAwait(false);
                        return BlobPush.Sent;
                    }

                    if (source is null)
                    {
                        throw await RegistryAnswer.ToExceptionAsync(begun, RegistryErrorKind.NameUnknown, cancellation).ConfigureAwait(false);
                    }
                }

                throw new InvalidOperationException("the last attempt has no source");
            },
            RegistryCapabilities.Push,
            cancellation);
    }

    /// <summary>Makes a manifest or index known by a tag, or by its digest alone. What it refers to finds it by its subject.</summary>
    /// <exception cref="RegistryException"/>
    public async Task PushManifestAsync(string tagOrDigest, RegistryManifest manifest, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        bool indexed = await AttemptAsync(
            async connection =>
            {
                using HttpResponseMessage response = await connection.SendAsync(
                    new RegistryRequest(HttpMethod.Put, connection.Address(ManifestPath(tagOrDigest)))
                    {
                        Body = () => new ReadOnlyMemoryContent(manifest.Content) { Headers = { ContentType = new MediaTypeHeaderValue(manifest.Descriptor.MediaType) } },
                    },
                    cancellation).ConfigureAwait(false);
                if (!response.IsSuccessStatusCode)
                {
                    throw await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.NameUnknown, cancellation).ConfigureAwait(false);
                }

                if (Digest.TryParse(DigestHeader(response), out Digest? stored) && stored.Algorithm == manifest.Descriptor.Digest.Algorithm && stored != manifest.Descriptor.Digest)
                {
                    throw new RegistryException(RegistryErrorKind.Malformed, $"push manifest {manifest.Descriptor.Digest}: registry stored {stored}");
                }

                return response.Headers.Contains("OCI-Subject");
            },
            RegistryCapabilities.Push,
            cancellation).ConfigureAwait(false);
        if (!indexed && Referrer.Of(manifest) is { } referrer)
        {
            await AddReferrerAsync(referrer, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>What refers to a manifest: the registry's own list, or the index that clients keep where it has none.</summary>
    /// <exception cref="RegistryException"/>
    public async Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(subject);
        byte[]? list = await AttemptAsync(
            async connection =>
            {
                using HttpResponseMessage response = await connection.SendAsync(HttpMethod.Get, $"{_reference.Path}/referrers/{subject}", [MediaTypes.OciIndex], null, cancellation).ConfigureAwait(false);
                return response.IsSuccessStatusCode && MediaType(response) == MediaTypes.OciIndex ? await ReadWholeAsync(response, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false)
                    : response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound ? null
                    : throw await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.ManifestUnknown, cancellation).ConfigureAwait(false);
            },
            RegistryCapabilities.Resolve,
            cancellation).ConfigureAwait(false);
        return list is null ? (await FallbackAsync(subject, cancellation).ConfigureAwait(false)).Manifests : ImageDocuments.ReadIndex(list, MediaTypes.OciIndex).Manifests;
    }

    private async Task<ImageIndex> FallbackAsync(Digest subject, CancellationToken cancellation)
    {
        try
        {
            RegistryManifest known = await GetManifestAsync(Referrer.TagOf(subject), cancellation).ConfigureAwait(false);
            return ImageDocuments.ReadIndex(known.Content.Span, known.Descriptor.MediaType);
        }
        catch (RegistryException error) when (error.Kind is RegistryErrorKind.ManifestUnknown or RegistryErrorKind.NameUnknown)
        {
            return new ImageIndex { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [] };
        }
    }

    private async Task AddReferrerAsync(Referrer referrer, CancellationToken cancellation)
    {
        ImageIndex known = await FallbackAsync(referrer.Subject, cancellation).ConfigureAwait(false);
        if (known.Manifests.Any(one => one.Digest == referrer.Descriptor.Digest))
        {
            return;
        }

        byte[] index = JsonSerializer.SerializeToUtf8Bytes(known with { Manifests = [.. known.Manifests, referrer.Descriptor] }, ImageJson.Plain.ImageIndex);
        await PushManifestAsync(
            Referrer.TagOf(referrer.Subject),
            new RegistryManifest(new Descriptor { MediaType = MediaTypes.OciIndex, Digest = Digest.Of(index), Size = index.Length }, index),
            cancellation).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> BeginAsync(RegistryConnection connection, Digest digest, string? source, CancellationToken cancellation)
    {
        string path = $"{_reference.Path}/blobs/uploads/";
        var request = new RegistryRequest(HttpMethod.Post, connection.Address(source is null ? path : $"{path}?mount={Uri.EscapeDataString(digest.ToString())}&from={Uri.EscapeDataString(source)}"))
        {
            Body = () => new ByteArrayContent([]),
        };
        try
        {
            return await connection.SendAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (RegistryException error) when (source is not null && error.Kind is RegistryErrorKind.Denied or RegistryErrorKind.Unauthorized)
        {
            // Whoever may not read there has to send it.
            return new HttpResponseMessage(HttpStatusCode.Forbidden);
        }
    }

    private async Task SendBlobAsync(RegistryConnection connection, Uri location, long piece, Descriptor blob, Func<long, Stream> open, Func<long, Task> progress, CancellationToken cancellation)
    {
        // 3
        long offset = 0;
        int failures = 0;
        while (offset < blob.Size)
        {
            long count = Math.Min(piece, blob.Size - offset);
            try
            {
                using HttpResponseMessage response = await connection.SendAsync(
                    new RegistryRequest(HttpMethod.Patch, location) { Body = () => BlobPiece(open(offset), offset, count), Limit = PieceLimit },
                    cancellation).ConfigureAwait(false);
                if (!response.IsSuccessStatusCode)
                {
                    throw await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.BlobUnknown, cancellation).ConfigureAwait(false);
                }

                location = Location(response) ?? location;
                offset += count;
                failures = 0;
                await progress(offset).ConfigureAwait(false);
            }
            catch (RegistryException error) when (error.IsTransient && ++failures < _options.Attempts)
            {
                await Task.Delay(_options.DelayBefore(failures + 1, error.RetryAfter), cancellation).ConfigureAwait(false);
                (location, offset) = await HowFarAsync(connection, location, offset, cancellation).ConfigureAwait(false);
                if (offset > blob.Size)
                {
                    throw new RegistryException(RegistryErrorKind.Malformed, $"push blob {blob.Digest}: registry has {offset} of {blob.Size} bytes", error);
                }
            }
        }

        // 4
        string digest = $"digest={Uri.EscapeDataString(blob.Digest.ToString())}";
        var end = new UriBuilder(location) { Query = location.Query.Length > 1 ? $"{location.Query[1..]}&{digest}" : digest };
        using HttpResponseMessage closed = await connection.SendAsync(new RegistryRequest(HttpMethod.Put, end.Uri) { Body = () => new ByteArrayContent([]), Limit = PieceLimit }, cancellation).ConfigureAwait(false);
        if (!closed.IsSuccessStatusCode)
        {
            throw await RegistryAnswer.ToExceptionAsync(closed, RegistryErrorKind.BlobUnknown, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Where an upload that broke goes on.</summary>
    private static async Task<(Uri Location, long Offset)> HowFarAsync(RegistryConnection connection, Uri location, long before, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await connection.SendAsync(new RegistryRequest(HttpMethod.Get, location), cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.NoContent)
        {
            throw await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.BlobUnknown, cancellation).ConfigureAwait(false);
        }

        // Range: 0-N names the last byte; of nothing some registries say 0-0, which is also what they say of one byte.
        string? range = response.Headers.TryGetValues("Range", out IEnumerable<string>? values) ? values.First() : null;
        long offset = range is not null && long.TryParse(range.AsSpan(range.IndexOf('-', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long last) && last > 0 ? last + 1 : 0;
        return (Location(response) ?? location, range is null ? before : offset);
    }

    private static StreamContent BlobPiece(Stream source, long offset, long count)
    {
        var content = new StreamContent(new BoundedStream(source, count)) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream"), ContentLength = count } };
        // Without a unit, unlike in HTTP: distribution-spec, "Pushing a blob in chunks".
        content.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{offset + count - 1}");
        return content;
    }

    private long Piece(HttpResponseMessage begun) =>
        begun.Headers.TryGetValues("OCI-Chunk-Min-Length", out IEnumerable<string>? values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out long least)
            ? Math.Max(_options.PushPiece, Math.Min(least, LargestPiece))
            : _options.PushPiece;

    private static Uri? Location(HttpResponseMessage response) => response.Headers.Location is { } location ? new Uri(response.RequestMessage!.RequestUri!, location) : null;
}
