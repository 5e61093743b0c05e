using System.Text.Json;

namespace Wharf.Registry;

/// <summary>Turns a failed answer into its exception: distribution-spec, "Error codes", and docker's reading of it.</summary>
internal static class RegistryAnswer
{
    private const int LargestErrorBody = 64 << 10;

    public static async Task<RegistryException> ToExceptionAsync(HttpResponseMessage response, RegistryErrorKind notFound, CancellationToken cancellation)
    {
        byte[] body = await ReadBoundedAsync(response, LargestErrorBody, cancellation).ConfigureAwait(false);
        int status = (int)response.StatusCode;
        RegistryError? error = FirstError(body);
        RegistryErrorKind kind = error?.Code switch
        {
            "MANIFEST_UNKNOWN" => RegistryErrorKind.ManifestUnknown,
            "NAME_UNKNOWN" => RegistryErrorKind.NameUnknown,
            "BLOB_UNKNOWN" => RegistryErrorKind.BlobUnknown,
            "DENIED" => RegistryErrorKind.Denied,
            "UNAUTHORIZED" => RegistryErrorKind.Unauthorized,
            "TOOMANYREQUESTS" => RegistryErrorKind.TooManyRequests,
            _ => status switch
            {
                401 => RegistryErrorKind.Unauthorized,
                403 => RegistryErrorKind.Denied,
                404 => notFound,
                429 => RegistryErrorKind.TooManyRequests,
                _ => RegistryErrorKind.Unavailable,
            },
        };
        string text = error?.ToString() ?? kind switch
        {
            RegistryErrorKind.ManifestUnknown => "manifest unknown: manifest unknown",
            RegistryErrorKind.BlobUnknown => "blob unknown: blob unknown to registry",
            RegistryErrorKind.NameUnknown => "name unknown: repository name not known to registry",
            RegistryErrorKind.Denied => "denied: requested access to the resource is denied",
            RegistryErrorKind.Unauthorized => "unauthorized: authentication required",
            RegistryErrorKind.TooManyRequests => "toomanyrequests: too many requests",
            _ => $"received unexpected HTTP status: {status} {response.ReasonPhrase}".TrimEnd(),
        };
        return new RegistryException(kind, text) { RetryAfter = RetryAfter(response) };
    }

    /// <summary>The body, refused when it is larger than <paramref name="limit"/> bytes.</summary>
    public static async Task<byte[]> ReadBoundedAsync(HttpResponseMessage response, int limit, CancellationToken cancellation)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var content = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        while (await body.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var count and > 0)
        {
            if (content.Length + count > limit)
            {
                throw new RegistryException(RegistryErrorKind.Malformed, $"Get \"{response.RequestMessage!.RequestUri}\": answer is larger than {limit} bytes");
            }

            content.Write(buffer.AsSpan(0, count));
        }

        return content.ToArray();
    }

    private static RegistryError? FirstError(byte[] body)
    {
        try
        {
            RegistryErrorBody? parsed = body.Length == 0 ? null : JsonSerializer.Deserialize(body, RegistryJson.Default.RegistryErrorBody);
            return parsed?.Errors?.FirstOrDefault(error => error is not null);
        }
        catch (JsonException)
        {
            // A proxy's page: the status has to say it all.
            return null;
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - DateTimeOffset.UtcNow,
            _ => null,
        };
}
