using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Volumes;

namespace Wharf.Daemon.Volumes;

/// <summary>The API's operations on volumes.</summary>
internal sealed class VolumeRoutes(VolumeTable volumes, VolumeOperations operations)
{
    internal IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/volumes", ListAsync),
        new("POST", "/volumes/create", CreateAsync),
        new("POST", "/volumes/prune", PruneAsync),
        new("GET", "/volumes/{name}", (context, name) => Answers.JsonAsync(context, operations.Describe(volumes.Find(name)), VolumesJson.Default.Volume)),
        new("PUT", "/volumes/{name}", (_, _) => throw new EngineException(EngineErrorKind.Unavailable, "volume update only valid for cluster volumes, but swarm is unavailable")),
        new("DELETE", "/volumes/{name}", RemoveAsync),
    ];

    private Task ListAsync(HttpContext context, string value) =>
        Answers.JsonAsync(context, new VolumeList { Volumes = [.. operations.List(Answers.Value(context, "filters")).Select(operations.Describe)] }, VolumesJson.Default.VolumeList);

    private async Task CreateAsync(HttpContext context, string value)
    {
        VolumeCreateRequest request = await JsonBody.ReadAsync(context, VolumesJson.Default.VolumeCreateRequest).ConfigureAwait(false);
        await Answers.JsonAsync(context, operations.Describe(await operations.CreateAsync(request, context.RequestAborted).ConfigureAwait(false)), VolumesJson.Default.Volume, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task PruneAsync(HttpContext context, string value) =>
        await Answers.JsonAsync(context, await operations.PruneAsync(Answers.Value(context, "filters"), namedToo: ApiVersion.Of(context) < 42, context.RequestAborted).ConfigureAwait(false), VolumesJson.Default.PrunedVolumes).ConfigureAwait(false);

    private async Task RemoveAsync(HttpContext context, string name)
    {
        await operations.RemoveAsync(name, Answers.Flag(context, "force"), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
