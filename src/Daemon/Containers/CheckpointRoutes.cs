using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>The operations on checkpoints, which docker describes nowhere: they are behind its experiments.</summary>
internal sealed class CheckpointRoutes(ContainerTable table, ContainerCheckpoints checkpoints)
{
    private const string Middle = "/checkpoints/";

    internal IEnumerable<ApiRoute> All() =>
    [
        new("POST", "/containers/{id}/checkpoints", CreateAsync),
        new("GET", "/containers/{id}/checkpoints", ListAsync),
        new("DELETE", "/containers/{id...}", DeleteAsync),
    ];

    private async Task CreateAsync(HttpContext context, string id)
    {
        CheckpointCreateRequest request = await JsonBody.ReadAsync(context, ContainersJson.Default.CheckpointCreateRequest).ConfigureAwait(false);
        await checkpoints.CreateAsync(table.Find(id), request, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private Task ListAsync(HttpContext context, string id) =>
        Answers.JsonAsync(context, ContainerCheckpoints.List(table.Find(id), Answers.Value(context, "dir")), ContainersJson.Default.IReadOnlyListCheckpoint);

    private Task DeleteAsync(HttpContext context, string value)
    {
        string[] parts = value.Split(Middle, 2);
        if (parts.Length < 2)
        {
            throw new EngineException(EngineErrorKind.NotFound, "page not found");
        }

        ContainerCheckpoints.Delete(table.Find(parts[0]), parts[1], Answers.Value(context, "dir"));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
