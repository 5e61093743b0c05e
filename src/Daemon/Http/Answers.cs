using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Wharf.Daemon.Http;

/// <summary>Answers in the forms that the API has.</summary>
internal static class Answers
{
    public static async Task JsonAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    public static Task ErrorAsync(HttpContext context, int status, string message)
    {
        if (status == StatusCodes.Status304NotModified)
        {
            // It has no body by RFC 9110, and the server ends the connection of one that gets one: under the next request of a client that keeps it.
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        }

        return JsonAsync(context, new ErrorBody { Message = message }, HttpJson.Default.ErrorBody, status);
    }

    /// <summary>A flag of the query: clients write 1, true, True or nothing.</summary>
    public static bool Flag(HttpContext context, string name) =>
        context.Request.Query[name].FirstOrDefault() is { Length: > 0 } value && value.ToLowerInvariant() is not ("0" or "no" or "false" or "none");

    /// <summary>A value of the query; null when it is absent or empty.</summary>
    public static string? Value(HttpContext context, string name) =>
        context.Request.Query[name].FirstOrDefault() is { Length: > 0 } value ? value : null;
}
