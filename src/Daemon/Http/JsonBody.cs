using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Wharf.Daemon.Http;

/// <summary>Reads the document that a request carries, and says as docker does what is wrong with it.</summary>
internal static class JsonBody
{
    internal static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        string content = context.Request.ContentType ?? "";
        if (!MediaTypeHeaderValue.TryParse(content, out MediaTypeHeaderValue? media) || media.MediaType.Value is not { } name)
        {
            // A request without a body needs to say nothing of it.
            throw new EngineException(EngineErrorKind.InvalidParameter, context.Request.ContentLength is 0 ? "invalid JSON: got EOF while reading request body" : $"malformed Content-Type header ({content}): mime: no media type");
        }

        if (!string.Equals(name, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"unsupported Content-Type header ({content}): must be 'application/json'");
        }

        try
        {
            // null is a document too: an empty one.
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false)
                ?? JsonSerializer.Deserialize("{}", type)!;
        }
        catch (JsonException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid JSON: {Cause(error)}", error);
        }
    }

    private static string Cause(JsonException error) =>
        error.Message.Contains("does not contain any JSON tokens", StringComparison.Ordinal) ? "got EOF while reading request body"
        : error.Message.Contains("reached end of data", StringComparison.Ordinal) || error.Message.Contains("Expected depth to be zero", StringComparison.Ordinal) ? "unexpected EOF"
        : error.Message.Contains("after a single JSON value", StringComparison.Ordinal) ? "unexpected content after JSON"
        : error.Message.TrimEnd('.');
}
