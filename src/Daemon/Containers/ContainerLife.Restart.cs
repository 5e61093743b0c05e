using System.Globalization;
using Grpc.Core;
using Wharf.Linux;

namespace Wharf.Daemon.Containers;

/// <summary>Runs that follow a run.</summary>
internal sealed partial class ContainerLife
{
    /// <summary>Starts the container again when its policy says so: after a pause that doubles, during which it may be stopped.</summary>
    private async Task<bool> RestartAsync(Container container, ProcessExit exit, CancellationToken stopping)
    {
        ContainerDocument document = container.Document;
        if (!RestartRule.StartsAgain(document.HostConfig.RestartPolicy, exit.Code, document.RestartCount, document.StoppedByUser, container.EndedUnhealthy))
        {
            return false;
        }

        TimeSpan run = exit.At - DateTimeOffset.Parse(document.State.StartedAt, CultureInfo.InvariantCulture);
        container.RestartPause = RestartRule.Pause(container.RestartPause, run);
        container.Change(one => one with { RestartCount = one.RestartCount + 1, State = one.State with { Status = "restarting", Restarting = true } });
        Task cancelled = container.BeginRestart();
        if (await Task.WhenAny(cancelled, Task.Delay(container.RestartPause, stopping)).ConfigureAwait(false) == cancelled)
        {
            if (table.FindId(container.Id) is not null)
            {
                container.ChangeState(state => state with { Status = "exited", Restarting = false });
            }

            return true;
        }

        stopping.ThrowIfCancellationRequested();
        try
        {
            await StartAsync(container, null, stopping).ConfigureAwait(false);
        }
        catch (Exception error) when (error is EngineException or RpcException or SyscallException or IOException)
        {
            await Console.Error.WriteLineAsync($"wharfd: restart container \"{container.Id}\": {error.Message}").ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>What should run and does not, of containers that ended before this daemon began.</summary>
    private async Task StartWithDaemonAsync(IReadOnlyList<Container> containers, CancellationToken stopping)
    {
        foreach (Container container in containers)
        {
            try
            {
                await WhenContainerdAnswersAsync(() => tasks.FindAsync(container.Id, stopping), stopping).ConfigureAwait(false);
                await StartAsync(container, null, stopping).ConfigureAwait(false);
            }
            catch (Exception error) when (error is EngineException or RpcException or SyscallException or IOException)
            {
                await Console.Error.WriteLineAsync($"wharfd: start container \"{container.Id}\": {error.Message}").ConfigureAwait(false);
            }
        }
    }
}
