using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Host;
using Wharf.Daemon.Http;

namespace Wharf.Daemon.Stats;

/// <summary>GET stats: what a container uses, once or every second.</summary>
internal sealed class StatsRoutes(ContainerTable table, TaskClient tasks)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    internal IEnumerable<ApiRoute> All() => [new("GET", "/containers/{id}/stats", SendAsync)];

    private async Task SendAsync(HttpContext context, string id)
    {
        Container container = table.Find(id);
        bool stream = Answers.Value(context, "stream") is null || Answers.Flag(context, "stream");
        bool atOnce = Answers.Flag(context, "one-shot");
        if (stream && atOnce)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "cannot have stream=true and one-shot=true");
        }

        CancellationToken ended = context.RequestAborted;
        StatsSample? before = null;
        if (!stream && !atOnce && container.State.Running)
        {
            // A share of the processors needs two moments.
            before = await TakeAsync(container, ended).ConfigureAwait(false);
            await Task.Delay(Interval, ended).ConfigureAwait(false);
        }

        context.Response.ContentType = "application/json";
        do
        {
            StatsSample? sample = await TakeAsync(container, ended).ConfigureAwait(false);
            await context.Response.Body.WriteAsync(StatsDocument.Write(container.Id, container.Document.Name, sample, sample is null ? null : before), ended).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(ended).ConfigureAwait(false);
            before = sample;
        }
        while (stream && await RemainsAsync(container, ended).ConfigureAwait(false));
    }

    /// <summary>A second later: false when the container is gone by then.</summary>
    private static async Task<bool> RemainsAsync(Container container, CancellationToken cancellation)
    {
        Task next = Task.Delay(Interval, cancellation);
        await Task.WhenAny(next, container.Removed.Task).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return !container.Removed.Task.IsCompleted;
    }

    /// <summary>Null when the container does not run.</summary>
    private async Task<StatsSample?> TakeAsync(Container container, CancellationToken cancellation)
    {
        if (!container.State.Running || await tasks.MetricsAsync(container.Id, cancellation).ConfigureAwait(false) is not { } data)
        {
            return null;
        }

        StatsSample sample = TaskMetrics.Read(data);
        (ulong cpu, int online) = HostCpu.Read();
        ulong hostMemory = (ulong)HostFacts.Memory;
        return sample with
        {
            Read = DateTimeOffset.UtcNow,
            HostCpu = cpu,
            OnlineCpus = online,

            // No limit is a number beyond every machine's memory.
            MemoryLimit = sample.MemoryLimit == 0 ? hostMemory : Math.Min(sample.MemoryLimit, hostMemory),
            Links = container.Document.HostConfig.NetworkMode == "host" ? new Dictionary<string, LinkCounters>() : LinkCounters.Of(container.State.Pid),
        };
    }
}
