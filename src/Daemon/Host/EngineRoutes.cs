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
        new("GET", "/system/df", async (context, _) => await Answers.JsonAsync(context, await engine.UsageAsync(context.RequestAborted).ConfigureAwait(false), EngineJson.Default.DiskUsage).ConfigureAwait(false)),
        new("POST", "/build/prune", (context, _) => Text(context, "{\"CachesDeleted\":null,\"SpaceReclaimed\":0}")),
        new("GET", "/plugins", (context, _) => Text(context, "[]")),
        .. OfSwarms.SelectMany(NotASwarm),
    ];

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
