using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Host;
using Wharf.Daemon.Http;
using Wharf.Daemon.Networks;
using Wharf.Daemon.Stdio;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>The operations on containers, by method and path.</summary>
internal sealed class ContainerRoutes(
    ContainerTable table,
    CreateContainer create,
    ContainerLife life,
    StopContainer stop,
    TaskClient tasks,
    ContainerEvents events,
    ContainerDescriptions descriptions,
    ContainerSizes sizes,
    CancellationToken stopping)
{
    private const string UsualListing = "-ef";

    private static readonly string[] ListFilters = ["id", "name", "label", "status", "exited", "ancestor", "network", "volume", "before", "since", "publish", "expose", "health", "isolation", "is-task"];

    private static readonly string[] States = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];

    internal IEnumerable<ApiRoute> All() =>
    [
        new("POST", "/containers/create", CreateAsync),
        new("GET", "/containers/json", ListAsync),
        new("GET", "/containers/{id}/json", InspectAsync),
        new("POST", "/containers/{id}/start", StartAsync),
        new("POST", "/containers/{id}/stop", StopAsync),
        new("POST", "/containers/{id}/restart", RestartAsync),
        new("POST", "/containers/{id}/kill", KillAsync),
        new("POST", "/containers/{id}/pause", PauseAsync),
        new("POST", "/containers/{id}/unpause", ResumeAsync),
        new("POST", "/containers/{id}/wait", WaitAsync),
        new("POST", "/containers/{id}/attach", AttachAsync),
        new("GET", "/containers/{id}/attach/ws", AttachSocketAsync),
        new("POST", "/containers/{id}/resize", ResizeAsync),
        new("POST", "/containers/{id}/rename", RenameAsync),
        new("GET", "/containers/{id}/logs", (context, id) => ReadLogs.RunAsync(context, table.Find(id))),
        new("POST", "/containers/{id}/update", UpdateAsync),
        new("GET", "/containers/{id}/top", TopAsync),
        new("POST", "/containers/prune", PruneAsync),
        new("DELETE", "/containers/{id}", RemoveAsync),
    ];

    private static int? Number(HttpContext context, string name) =>
        Answers.Value(context, name) is not { } text ? null
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid value \"{text}\" for {name}");

    private async Task CreateAsync(HttpContext context, string value)
    {
        RequestTiming.Begin(context);
        CreateRequest request = await JsonBody.ReadAsync(context, ContainersJson.Default.CreateRequest).ConfigureAwait(false);
        CreateResponse made = await create.RunAsync(request, Answers.Value(context, "name"), Answers.Value(context, "platform"), context.RequestAborted).ConfigureAwait(false);
        RequestTiming.Tell(context);
        await Answers.JsonAsync(context, made, ContainersJson.Default.CreateResponse, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task ListAsync(HttpContext context, string value)
    {
        QueryFilters filters = QueryFilters.Parse(Answers.Value(context, "filters"), ListFilters);
        if (filters.First("status", status => !States.Contains(status)) is { } unknown)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filter 'status={unknown}'");
        }

        int limit = Number(context, "limit") is { } most and > 0 ? most : int.MaxValue;
        bool all = Answers.Flag(context, "all") || limit != int.MaxValue || filters.Has("status") || filters.Has("exited");
        Container[] found = [.. table.All()
            .Where(container => all || container.State.Running || container.State.Restarting)
            .Where(container => filters.Any("id", id => container.Id.StartsWith(id, StringComparison.Ordinal)))
            .Where(container => filters.Any("name", name => ("/" + container.Document.Name).Contains(name.TrimStart('^').TrimEnd('$'), StringComparison.Ordinal)))
            .Where(container => filters.Any("status", status => container.State.Paused ? status == "paused" : container.State.Status == status))
            .Where(container => filters.Any("exited", code => !container.State.Running && container.State.ExitCode.ToString(CultureInfo.InvariantCulture) == code))
            .Where(container => filters.Any("ancestor", image => container.Config.Image == image || container.Document.ImageId == image))
            .Where(container => filters.All("label", label => QueryFilters.LabelMatches(label, container.Config.Labels ?? new Dictionary<string, string>())))
            .Where(container => filters.Any("volume", volume => container.Document.Mounts.Any(mount => mount.Volume == volume || mount.Destination == volume)))
            .Where(container => filters.Any("network", network => container.Document.HostConfig.NetworkMode == network))
            .Where(container => filters.Any("is-task", value => value is "false" or "0"))
            .Where(container => filters.Any("health", health => (container.State.Health?.Status ?? "none") == health))
            .Where(container => filters.Any("before", other => container.Document.Created < table.Find(other).Document.Created))
            .Where(container => filters.Any("since", other => container.Document.Created > table.Find(other).Document.Created))
            .Take(limit)];
        ContainerSummary[] summaries = [.. found.Select(descriptions.Summary)];
        if (Answers.Flag(context, "size"))
        {
            for (int index = 0; index < found.Length; index++)
            {
                summaries[index] = await sizes.AddAsync(found[index], summaries[index], context.RequestAborted).ConfigureAwait(false);
            }
        }

        await Answers.JsonAsync(context, summaries, ContainersJson.Default.IReadOnlyListContainerSummary).ConfigureAwait(false);
    }

    private async Task InspectAsync(HttpContext context, string id)
    {
        Container container = table.Find(id);
        ContainerInspect inspect = descriptions.Inspect(container);
        if (Answers.Flag(context, "size"))
        {
            (long own, long root) = await sizes.OfAsync(container, context.RequestAborted).ConfigureAwait(false);
            inspect = inspect with { SizeRw = own, SizeRootFs = root };
        }

        if (inspect.HostConfig.LogConfig is { Type: Logs.LogOptions.Local } log && ClientKind.KnowsOnlyJsonLogs(context))
        {
            inspect = inspect with { HostConfig = inspect.HostConfig with { LogConfig = log with { Type = Logs.LogOptions.JsonFile } } };
        }

        await Answers.JsonAsync(context, inspect, ContainersJson.Default.ContainerInspect).ConfigureAwait(false);
    }

    private async Task StartAsync(HttpContext context, string id)
    {
        RequestTiming.Begin(context);
        Container container = table.Find(id);
        string? checkpoint = Answers.Value(context, "checkpoint") is { } name ? ContainerCheckpoints.Existing(container, name, Answers.Value(context, "checkpoint-dir")) : null;
        await life.StartAsync(container, checkpoint, context.RequestAborted).ConfigureAwait(false);
        RequestTiming.Tell(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task StopAsync(HttpContext context, string id)
    {
        await stop.StopAsync(table.Find(id), Number(context, "t"), Answers.Value(context, "signal"), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task RestartAsync(HttpContext context, string id)
    {
        Container container = table.Find(id);
        if (container.State.Running)
        {
            await stop.StopAsync(container, Number(context, "t"), Answers.Value(context, "signal"), context.RequestAborted).ConfigureAwait(false);
        }

        await life.StartAsync(container, null, context.RequestAborted).ConfigureAwait(false);
        events.Publish(container, "restart");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task KillAsync(HttpContext context, string id)
    {
        await stop.KillAsync(table.Find(id), Answers.Value(context, "signal"), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task PauseAsync(HttpContext context, string id)
    {
        Container container = Running(id);
        await tasks.PauseAsync(container.Id, context.RequestAborted).ConfigureAwait(false);
        container.ChangeState(state => state with { Status = "paused", Paused = true });
        events.Publish(container, "pause");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ResumeAsync(HttpContext context, string id)
    {
        Container container = Running(id);
        await tasks.ResumeAsync(container.Id, context.RequestAborted).ConfigureAwait(false);
        container.ChangeState(state => state with { Status = "running", Paused = false });
        events.Publish(container, "unpause");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Container Running(string id)
    {
        Container container = table.Find(id);
        return container.State.Running ? container : throw new EngineException(EngineErrorKind.Conflict, $"Container {container.Id} is not running");
    }

    private async Task WaitAsync(HttpContext context, string id)
    {
        Container container = table.Find(id);
        string condition = Answers.Value(context, "condition") ?? "not-running";

        // next-exit waits for a run that may not have begun; not-running is content with how things are.
        Task<int> exit = condition switch
        {
            "not-running" => container.State.Running ? container.Exited : EndedAsync(container, context.RequestAborted),
            "next-exit" => container.NextExit,
            "removed" => RemovedAsync(container),
            _ => throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid condition: \"{condition}\""),
        };
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        int code = await exit.WaitAsync(ended.Token).ConfigureAwait(false);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new WaitResponse { StatusCode = code }, ContainersJson.Default.WaitResponse);
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<int> EndedAsync(Container container, CancellationToken cancellation)
    {
        int code = container.State.ExitCode;
        await container.SettleAsync(cancellation).ConfigureAwait(false);
        return code;
    }

    private static async Task<int> RemovedAsync(Container container)
    {
        await container.Removed.Task.ConfigureAwait(false);
        return container.State.ExitCode;
    }

    private Task AttachAsync(HttpContext context, string id) => AttachAsync(context, id, multiplexes: true, async tty => await HijackedStream.TakeAsync(context, !tty).ConfigureAwait(false));

    /// <summary>By web socket: both streams are one there.</summary>
    private async Task AttachSocketAsync(HttpContext context, string id)
    {
        AttachedWebSocket? socket = null;
        try
        {
            await AttachAsync(context, id, multiplexes: false, async _ => socket = await AttachedWebSocket.TakeAsync(context).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            if (socket is not null)
            {
                await socket.CloseAsync(stopping).ConfigureAwait(false);
                socket.Dispose();
            }
        }
    }

    private async Task AttachAsync(HttpContext context, string id, bool multiplexes, Func<bool, Task<IAttachedClient>> take)
    {
        Container container = table.Find(id);
        byte[] keys = DetachKeys.Parse(Answers.Value(context, "detachKeys"));
        bool wantsOutput = Answers.Flag(context, "stdout");
        bool wantsError = Answers.Flag(context, "stderr");
        bool takesInput = Answers.Flag(context, "stdin") && container.Config.OpenStdin;
        bool stream = Answers.Flag(context, "stream");
        if (container.State.Paused)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"container {container.Id} is paused, unpause the container before attach");
        }

        Task<(ProcessStreams Streams, StreamListener Output)> streams = ContainerStdio.ListenAsync(container, stopping);
        IAttachedClient client = await take(container.Config.Tty).ConfigureAwait(false);
        events.Publish(container, "attach");
        bool raw = container.Config.Tty || !multiplexes;
        if (Answers.Flag(context, "logs"))
        {
            await ReadLogs.SendAsync(client, container, raw, wantsOutput, wantsError, stopping).ConfigureAwait(false);
        }

        if (!stream)
        {
            return;
        }

        // Clients attach before they start, and may have closed their half by then, which ends the request but not the connection.
        ProcessStreams joined;
        StreamListener output;
        try
        {
            (joined, output) = await streams.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // There will be no run, or the daemon ends.
            return;
        }

        await AttachContainer.JoinAsync(
            client,
            joined,
            output,
            raw,
            takesInput,
            kind => kind == StreamKind.Error ? wantsError : wantsOutput,
            container.Config.Tty ? keys : [],
            container.Config.StdinOnce && !container.Config.Tty ? left => CloseInputAsync(container, joined, left) : null,
            stopping).ConfigureAwait(false);
    }

    private async Task CloseInputAsync(Container container, ProcessStreams streams, CancellationToken cancellation)
    {
        await streams.CloseInputAsync(cancellation).ConfigureAwait(false);
        await tasks.CloseInputAsync(container.Id, "", cancellation).ConfigureAwait(false);
    }

    private async Task ResizeAsync(HttpContext context, string id)
    {
        (uint width, uint height) = (Size(context, "w"), Size(context, "h"));
        Container container = Running(id);
        await tasks.ResizeAsync(container.Id, "", width, height, context.RequestAborted).ConfigureAwait(false);
        events.Publish(container, "resize", ("height", height.ToString(CultureInfo.InvariantCulture)), ("width", width.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>A number of rows or columns: a terminal holds 16 bits of it.</summary>
    internal static uint Size(HttpContext context, string name)
    {
        string text = Answers.Value(context, name) ?? "";
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort size)
            ? size
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid resize {(name == "h" ? "height" : "width")} \"{text}\": expected a number of at most {ushort.MaxValue}");
    }

    private async Task RenameAsync(HttpContext context, string id)
    {
        Container container = table.Find(id);
        string name = Answers.Value(context, "name")?.TrimStart('/') ?? throw new EngineException(EngineErrorKind.InvalidParameter, "Neither old nor new names may be empty");
        table.Reserve(name, container.Id);
        string old = container.Document.Name;
        container.Change(document => document with { Name = name });
        table.Release(old);
        await life.TellNameAsync(container).ConfigureAwait(false);
        events.Publish(container, "rename", ("oldName", "/" + old));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task RemoveAsync(HttpContext context, string id)
    {
        Container container = table.Find(id);
        if (container.State.Running)
        {
            if (!Answers.Flag(context, "force"))
            {
                throw new EngineException(EngineErrorKind.Conflict, $"cannot remove container \"{container.Document.Name}\": container is {(container.State.Paused ? "paused" : "running")}: stop the container before removing or force remove");
            }

            await stop.KillAsync(container, "KILL", context.RequestAborted).ConfigureAwait(false);
        }

        if (container.Document.HostConfig.AutoRemove && container.State.Status == "exited")
        {
            // Its own end removes it.
            await container.Removed.Task.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            await container.SettleAsync(context.RequestAborted).ConfigureAwait(false);
            await life.RemoveAsync(container, Answers.Flag(context, "v")).ConfigureAwait(false);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task UpdateAsync(HttpContext context, string id)
    {
        Container container = table.Find(id);
        HostConfig change = await JsonBody.ReadAsync(context, ContainersJson.Default.HostConfig).ConfigureAwait(false);
        await new UpdateContainer(tasks, events).RunAsync(container, change, context.RequestAborted).ConfigureAwait(false);
        await Answers.JsonAsync(context, new UpdateResponse(), ContainersJson.Default.UpdateResponse).ConfigureAwait(false);
    }

    private async Task TopAsync(HttpContext context, string id)
    {
        Container container = Running(id);
        string options = Answers.Value(context, "ps_args") ?? UsualListing;
        IReadOnlyList<int> pids = await tasks.PidsAsync(container.Id, context.RequestAborted).ConfigureAwait(false);

        // The usual one needs no ps on the host.
        (IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<string>> rows) = options == UsualListing
            ? (ProcessTable.Titles, ProcessTable.Rows(pids))
            : ProcessListing.Ask(options, pids);
        events.Publish(container, "top");
        await Answers.JsonAsync(context, new ContainerTop { Titles = titles, Processes = rows }, ContainersJson.Default.ContainerTop).ConfigureAwait(false);
    }

    private async Task PruneAsync(HttpContext context, string value)
    {
        PrunedContainers pruned = await new PruneContainers(table, life, sizes).RunAsync(Answers.Value(context, "filters")).ConfigureAwait(false);
        events.Pruned(pruned.SpaceReclaimed);
        await Answers.JsonAsync(context, pruned, ContainersJson.Default.PrunedContainers).ConfigureAwait(false);
    }
}
