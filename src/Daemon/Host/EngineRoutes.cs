using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Engine;

namespace Wharf.Daemon.Host;

/// <summary>What clients ask of the engine as a whole, and what this one has none of.</summary>
internal sealed class EngineRoutes(DescribeEngine engine)
{
    private const string NoSwarm = "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.";

    private static readonly string[] OfSwarms = ["/swarm", "/services", "/nodes", "/tasks", "/secrets", "/configs"];

    internal IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/info", async (context, _) => await Answers.JsonAsync(context, await engine.InfoAsync(context.RequestAborted).ConfigureAwait(false), EngineJson.Default.EngineInfo).ConfigureAwait(false)),
        new("GET", "/system/df", UsageAsync),
        new("POST", "/build/prune", (context, _) => Text(context, "{\"CachesDeleted\":null,\"SpaceReclaimed\":0}")),
        new("POST", "/build/cancel", (_, _) => throw NoBuilder()),
        new("POST", "/build", (_, _) => throw NoBuilder()),
        new("POST", "/session", (_, _) => throw NoBuilder()),
        new("GET", "/plugins", (context, _) => Text(context, "[]")),
        new("GET", "/plugins/{name...}/json", NoPlugin),
        new("DELETE", "/plugins/{name...}", NoPlugin),
        new("POST", "/plugins/pull", (_, _) => throw new EngineException(EngineErrorKind.NotImplemented, "managed plugins are not supported")),
        new("POST", "/plugins/create", (_, _) => throw new EngineException(EngineErrorKind.NotImplemented, "managed plugins are not supported")),
        new("POST", "/plugins/{name...}/enable", NoPlugin),
        new("POST", "/plugins/{name...}/disable", NoPlugin),
        new("POST", "/plugins/{name...}/upgrade", NoPlugin),
        new("POST", "/plugins/{name...}/push", NoPlugin),
        new("POST", "/plugins/{name...}/set", NoPlugin),
        .. OfSwarms.SelectMany(NotASwarm),
    ];

    private async Task UsageAsync(HttpContext context, string value) => await Answers.JsonAsync(
        context,
        await engine.UsageAsync([.. context.Request.Query["type"].OfType<string>()], ApiVersion.Of(context) >= 52, Answers.Flag(context, "verbose"), context.RequestAborted).ConfigureAwait(false),
        EngineJson.Default.DiskUsage).ConfigureAwait(false);

    private static EngineException NoBuilder() => new(EngineErrorKind.NotImplemented, "this daemon has no builder");

    private static Task NoPlugin(HttpContext context, string name) => throw new EngineException(EngineErrorKind.NotFound, $"plugin \"{name}\" not found");

    private static IEnumerable<ApiRoute> NotASwarm(string path) =>
    [
        new("GET", path, Refuse),
        new("GET", path + "/{id...}", Refuse),
        new("POST", path + "/{id...}", Refuse),
        new("DELETE", path + "/{id...}", Refuse),
    ];

    private static Task Refuse(HttpContext context, string value) => throw new EngineException(EngineErrorKind.Unavailable, NoSwarm);

    private static Task Text(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}
