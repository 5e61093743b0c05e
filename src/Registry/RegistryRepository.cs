using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Registry;

/// <summary>One repository of a registry. Everything that it returns has been verified against its digest, or verifies itself while it is read.</summary>
public sealed partial class RegistryRepository : IDisposable
{
    private const int LargestTagList = 4 << 20;
    private readonly ImageReference _reference;
    private readonly RegistryOptions _options;
    private readonly IReadOnlyList<RegistryConnection> _connections;
    private volatile RegistryConnection? _chosen;

    internal RegistryRepository(ImageReference reference, RegistryOptions options, IReadOnlyList<RegistryConnection> connections)
    {
        _reference = reference;
        _options = options;
        _connections = connections;
    }

    /// <summary>Asks for the descriptor of a tag or digest without its content.</summary>
    /// <exception cref="RegistryException"/>
    public async Task<Descriptor> ResolveAsync(string tagOrDigest, CancellationToken cancellation)
    {
        Descriptor? found = await AttemptAsync(
            async connection =>
            {
                using HttpResponseMessage response = await connection
                    .SendAsync(HttpMethod.Head, ManifestPath(tagOrDigest), MediaTypes.Manifests, null, cancellation).ConfigureAwait(false);
                if (!response.IsSuccessStatusCode && connection.Endpoint.IsMirror)
                {
                    throw await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.ManifestUnknown, cancellation).ConfigureAwait(false);
                }

                // The answer to HEAD has no body that says why: GET asks again.
                return response.IsSuccessStatusCode
                    && response.Content.Headers.ContentLength is { } size
                    && MediaType(response) is { } mediaType
                    && Digest.TryParse(DigestHeader(response), out Digest? digest)
                        ? new Descriptor { MediaType = mediaType, Digest = digest, Size = size }
                        : null;
            },
            RegistryCapabilities.Resolve,
            cancellation).ConfigureAwait(false);
        return found ?? (await GetManifestAsync(tagOrDigest, cancellation).ConfigureAwait(false)).Descriptor;
    }

    /// <summary>Fetches a manifest or index by tag or digest.</summary>
    /// <exception cref="RegistryException"/>
    public Task<RegistryManifest> GetManifestAsync(string tagOrDigest, CancellationToken cancellation) =>
        AttemptAsync(
            async connection =>
            {
                using HttpResponseMessage response = await connection
                    .SendAsync(HttpMethod.Get, ManifestPath(tagOrDigest), MediaTypes.Manifests, null, cancellation).ConfigureAwait(false);
                if (!response.IsSuccessStatusCode)
                {
                    throw await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.ManifestUnknown, cancellation).ConfigureAwait(false);
                }

                byte[] content = await ReadWholeAsync(response, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false);
                var digest = Digest.Of(content);
                if (Digest.TryParse(tagOrDigest, out Digest? wanted) || Digest.TryParse(DigestHeader(response), out wanted))
                {
                    Verify($"manifest {tagOrDigest} of \"{_reference.FamiliarName}\"", wanted, content);
                    digest = wanted;
                }

                string mediaType = MediaType(response)
                    ?? throw new RegistryException(RegistryErrorKind.Malformed, $"manifest {tagOrDigest} of \"{_reference.FamiliarName}\": registry says no media type");
                return new RegistryManifest(new Descriptor { MediaType = mediaType, Digest = digest, Size = content.Length }, content);
            },
            Digest.TryParse(tagOrDigest, out _) ? RegistryCapabilities.Pull : RegistryCapabilities.Resolve,
            cancellation);

    /// <summary>Fetches a small blob, such as an image's config, as a whole.</summary>
    /// <exception cref="RegistryException"/>
    public async Task<byte[]> GetBlobAsync(Descriptor descriptor, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (descriptor.Size > limit)
        {
            throw new RegistryException(RegistryErrorKind.Malformed, $"blob {descriptor.Digest} has {descriptor.Size} bytes, at most {limit} are supported");
        }

        using BlobStream blob = OpenBlob(descriptor, 0);
        byte[] content = new byte[descriptor.Size];
        await blob.ReadExactlyAsync(content, cancellation).ConfigureAwait(false);
        // The end is read too: it brings the verdict on the digest.
        await blob.ReadAsync(new byte[1], cancellation).ConfigureAwait(false);
        return content;
    }

    /// <summary>
    /// Opens a blob at an offset; nothing is sent before the first read. A transfer that breaks is taken up again by Range,
    /// and reading to the end from offset 0 verifies the digest.
    /// </summary>
    public BlobStream OpenBlob(Descriptor descriptor, long offset) => new(this, _options, descriptor, offset);

    /// <summary>The tags of the repository, in the registry's order.</summary>
    /// <exception cref="RegistryException"/>
    public Task<IReadOnlyList<string>> ListTagsAsync(CancellationToken cancellation) =>
        AttemptAsync(
            async connection =>
            {
                var tags = new List<string>();
                string? path = $"{_reference.Path}/tags/list";
                while (path is not null)
                {
                    using HttpResponseMessage response = await connection.SendAsync(HttpMethod.Get, path, [], null, cancellation).ConfigureAwait(false);
                    if (!response.IsSuccessStatusCode)
                    {
                        throw await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.NameUnknown, cancellation).ConfigureAwait(false);
                    }

                    byte[] content = await ReadWholeAsync(response, LargestTagList, cancellation).ConfigureAwait(false);
                    tags.AddRange(ReadTags(content));
                    path = tags.Count < 100_000 ? NextPage(response, connection.Endpoint) : null;
                }

                return (IReadOnlyList<string>)tags;
            },
            RegistryCapabilities.Resolve,
            cancellation);

    public void Dispose()
    {
        foreach (RegistryConnection connection in _connections)
        {
            connection.Dispose();
        }
    }

    /// <summary>One attempt to open a blob's body at an offset, at the endpoint that served the manifest.</summary>
    internal async Task<HttpResponseMessage> OpenBlobOnceAsync(Digest digest, long offset, CancellationToken cancellation)
    {
        RegistryException? last = null;
        foreach (RegistryConnection connection in Candidates(RegistryCapabilities.Pull))
        {
            try
            {
                HttpResponseMessage response = await connection.SendAsync(
                    HttpMethod.Get,
                    $"{_reference.Path}/blobs/{digest}",
                    [],
                    offset > 0 ? new RangeHeaderValue(offset, null) : null,
                    cancellation).ConfigureAwait(false);
                if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
                {
                    _chosen ??= connection;
                    return response;
                }

                using (response)
                {
                    throw await RegistryAnswer.ToExceptionAsync(response, RegistryErrorKind.BlobUnknown, cancellation).ConfigureAwait(false);
                }
            }
            catch (RegistryException error) when (connection.Endpoint.IsMirror || (error.Kind == RegistryErrorKind.Unreachable && _chosen is null))
            {
                last = error;
            }
        }

        throw last!;
    }

    internal static void Verify(string operand, Digest wanted, ReadOnlySpan<byte> content)
    {
        try
        {
            wanted.Verify(content);
        }
        catch (DigestMismatchException error)
        {
            throw new RegistryException(RegistryErrorKind.Malformed, $"verify {operand}: {error.Message}", error);
        }
    }

    private static string? NextPage(HttpResponseMessage response, RegistryEndpoint endpoint)
    {
        // Link: </v2/x/tags/list?last=…>; rel="next"
        if (!response.Headers.TryGetValues("Link", out IEnumerable<string>? links)
            || links.FirstOrDefault(link => link.Contains("rel=\"next\"", StringComparison.Ordinal)) is not { } next
            || next.IndexOf('<', StringComparison.Ordinal) is var start && (start < 0 || next.IndexOf('>', start) < 0))
        {
            return null;
        }

        var uri = new Uri(response.RequestMessage!.RequestUri!, next[(start + 1)..next.IndexOf('>', start)]);
        return endpoint.IsOriginOf(uri) ? uri.PathAndQuery : null;
    }

    private static IReadOnlyList<string> ReadTags(byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, RegistryJson.Default.TagList)?.Tags ?? [];
        }
        catch (JsonException error)
        {
            throw new RegistryException(RegistryErrorKind.Malformed, "list tags: registry answered no list", error);
        }
    }

    private static string? DigestHeader(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values) ? values.First() : null;

    private static string? MediaType(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType;

    private string ManifestPath(string tagOrDigest) => $"{_reference.Path}/manifests/{tagOrDigest}";

    private async Task<byte[]> ReadWholeAsync(HttpResponseMessage response, int limit, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(_options.StallLimit);
        string step = $"Get \"{response.RequestMessage!.RequestUri}\"";
        try
        {
            return await RegistryAnswer.ReadBoundedAsync(response, limit, stalled.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new RegistryException(RegistryErrorKind.Unreachable, $"{step}: body did not come within {_options.StallLimit.TotalSeconds:0.#} seconds", error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new RegistryException(RegistryErrorKind.Unreachable, $"{step}: {RegistryTransport.Cause(error, response.RequestMessage.RequestUri!)}", error);
        }
    }

    /// <summary>Tries each endpoint, each as often as the options say, and stays with the first that delivers.</summary>
    private async Task<T> AttemptAsync<T>(Func<RegistryConnection, Task<T>> operation, RegistryCapabilities capability, CancellationToken cancellation)
    {
        RegistryException? last = null;
        IReadOnlyList<RegistryConnection> candidates = Candidates(capability);
        for (int attempt = 1; attempt <= _options.Attempts; attempt++)
        {
            if (attempt > 1)
            {
                await Task.Delay(_options.DelayBefore(attempt, last?.RetryAfter), cancellation).ConfigureAwait(false);
            }

            foreach (RegistryConnection candidate in candidates)
            {
                try
                {
                    T result = await operation(candidate).ConfigureAwait(false);
                    _chosen = candidate;
                    return result;
                }
                catch (RegistryException error)
                {
                    // The last endpoint is the registry itself: its word is final. What a mirror lacks, the next one may have.
                    last = error;
                    if (!error.IsTransient && (candidate == candidates[^1] || !candidate.Endpoint.IsMirror))
                    {
                        throw;
                    }
                }
            }

            // Waiting does not change that, and a user who mistyped a host or lacks a certificate wants to know now.
            if (RegistryTransport.IsLasting(last!))
            {
                break;
            }
        }

        throw last!;
    }

    /// <summary>Who is asked, in this order: first who delivered before, and nobody else when that was the registry itself.</summary>
    private IReadOnlyList<RegistryConnection> Candidates(RegistryCapabilities capability)
    {
        RegistryConnection? chosen = _chosen;
        IReadOnlyList<RegistryConnection> able = chosen is { Endpoint.IsMirror: false } && chosen.Endpoint.Capabilities.HasFlag(capability)
            ? [chosen]
            : [.. _connections.Where(one => one.Endpoint.Capabilities.HasFlag(capability)).OrderBy(one => one == chosen ? 0 : 1)];
        return able.Count > 0 ? able : throw new RegistryException(RegistryErrorKind.Denied, $"\"{_reference.FamiliarName}\": no host is configured for {capability.ToString().ToLowerInvariant()}");
    }
}
