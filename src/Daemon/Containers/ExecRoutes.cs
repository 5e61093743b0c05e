using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>The operations on processes added to a container.</summary>
internal sealed class ExecRoutes(ContainerTable table, ExecOperations execs, TaskClient tasks)
{
    // As long as docker waits.
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(10);

    internal IEnumerable<ApiRoute> All() =>
    [
        new("POST", "/containers/{id}/exec", CreateAsync),
        new("POST", "/exec/{id}/start", StartAsync),
        new("POST", "/exec/{id}/resize", ResizeAsync),
        new("GET", "/exec/{id}/json", InspectAsync),
    ];

    private async Task CreateAsync(HttpContext context, string id)
    {
        ExecCreateRequest request = await JsonBody.ReadAsync(context, ContainersJson.Default.ExecCreateRequest).ConfigureAwait(false);
        await Answers.JsonAsync(context, execs.Create(table.Find(id), request), ContainersJson.Default.IdResponse, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task StartAsync(HttpContext context, string id)
    {
        ExecStartRequest request = await JsonBody.ReadAsync(context, ContainersJson.Default.ExecStartRequest).ConfigureAwait(false);
        await execs.StartAsync(context, id, request).ConfigureAwait(false);
    }

    private async Task ResizeAsync(HttpContext context, string id)
    {
        (uint width, uint height) = (ContainerRoutes.Size(context, "w"), ContainerRoutes.Size(context, "h"));
        (Container container, ContainerExec exec) = table.FindExec(id);
        if (!exec.Started || exec.Exited.IsCompleted)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"exec {exec.Id} is not running");
        }

        try
        {
            // Clients tell the size as soon as their start is answered, which is before the process has a terminal.
            await exec.Ready.WaitAsync(ReadyPatience, context.RequestAborted).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new EngineException(EngineErrorKind.System, "timeout waiting for exec session ready");
        }

        await tasks.ResizeAsync(container.Id, exec.Id, width, height, context.RequestAborted).ConfigureAwait(false);
    }

    private Task InspectAsync(HttpContext context, string id)
    {
        (Container container, ContainerExec exec) = table.FindExec(id);
        return Answers.JsonAsync(context, ExecOperations.Inspect(container, exec), ContainersJson.Default.ExecInspect);
    }
}
