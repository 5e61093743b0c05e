using System.Text;
using Microsoft.AspNetCore.Http;

namespace Wharf.Daemon.Http;

/// <summary>The first question of every client.</summary>
internal static class PingRoutes
{
    private static readonly byte[] Alive = Encoding.ASCII.GetBytes("OK");

    public static IEnumerable<ApiRoute> All() => [new("GET", "/_ping", AnswerAsync), new("HEAD", "/_ping", AnswerAsync)];

    private static async Task AnswerAsync(HttpContext context, string value)
    {
        context.Response.Headers["Builder-Version"] = "1";
        context.Response.Headers["Swarm"] = "inactive";
        context.Response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        context.Response.Headers.Pragma = "no-cache";
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = Alive.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(Alive, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
