using Microsoft.AspNetCore.Http;

namespace Wharf.Daemon.Http;

/// <summary>Clients that need to be told something in their own words (decision 0020).</summary>
internal static class ClientKind
{
    private const string Python = "docker-sdk-python/";

    /// <summary>Whether it reads the logs of a container only where it knows the driver's name, and not this engine's usual one.</summary>
    internal static bool KnowsOnlyJsonLogs(HttpContext context) => context.Request.Headers.UserAgent.ToString().StartsWith(Python, StringComparison.Ordinal);
}
