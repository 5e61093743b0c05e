using Grpc.Core;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>The end of a run.</summary>
internal sealed partial class ContainerLife
{
    // What docker says of a run whose end nobody saw.
    private const int UnknownCode = 255;
    private const int Killed = 137;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan EventPatience = TimeSpan.FromSeconds(1);

    /// <summary>Begins to hear of tasks.</summary>
    internal void Listen()
    {
        heard.OutOfMemory += id =>
        {
            if (table.FindId(id) is { State.Running: true } container)
            {
                container.OutOfMemory = true;
                events.Publish(container, "oom");
            }
        };
        heard.Exited += (id, process) =>
        {
            if (id == process)
            {
                table.FindId(id)?.ExitHeard.TrySetResult();
            }
        };
        background.Begin("containerd's events", heard.RunAsync);
    }

    /// <summary>Takes up what ran when the daemon ended; what ended meanwhile is reported by the watch.</summary>
    internal void Resume()
    {
        stdio.CleanUp(table.All().Where(one => one.State.Running).Select(one => one.Id).ToHashSet());
        background.Begin("clean up after the last daemon", CleanUpAsync);
        Container[] wanted = [.. table.All().Where(one => !one.State.Running && RestartRule.StartsWithDaemon(one.Document))];
        background.Begin("start containers with the daemon", stopping => StartWithDaemonAsync(wanted, stopping));
        foreach (Container container in table.All())
        {
            if (!container.State.Running)
            {
                continue;
            }

            container.BeginRun();
            stdio.Open(container, resumed: true, LogTarget(container));
            health.Begin(container, resumed: true);
            background.Begin($"watch container \"{container.Id}\"", stopping => WatchAsync(container, stopping));
        }
    }

    /// <summary>Not waited for: the container runs already.</summary>
    private static Logs.Targets.ILogTarget? LogTarget(Container container)
    {
        LogConfig? config = container.Document.HostConfig.LogConfig;
        return Logs.Targets.LogTargets.Make(config, Logs.LogSource.Of(container, config, Logs.LogOptions.Parse(config, container.Config).Attributes));
    }

    /// <summary>What the last daemon had no time for: tasks of containers whose end is on disk, removal of those that wanted it.</summary>
    private async Task CleanUpAsync(CancellationToken stopping)
    {
        foreach (Container container in table.All().Where(one => one.State.Status == "exited"))
        {
            await WhenContainerdAnswersAsync(
                async () =>
                {
                    await container.Gate.WaitAsync(stopping).ConfigureAwait(false);
                    try
                    {
                        if (!container.State.Running)
                        {
                            await tasks.DeleteTaskAsync(container.Id, stopping).ConfigureAwait(false);
                        }
                    }
                    finally
                    {
                        container.Gate.Release();
                    }

                    if (container.Document.HostConfig.AutoRemove && !container.State.Running)
                    {
                        await RemoveAsync(container).ConfigureAwait(false);
                    }
                },
                stopping).ConfigureAwait(false);
        }
    }

    private static async Task WhenContainerdAnswersAsync(Func<Task> work, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await work().ConfigureAwait(false);
                return;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable)
            {
                await Task.Delay(Retry, stopping).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits for the end of the run; containerd may be away for a while meanwhile.</summary>
    private async Task WatchAsync(Container container, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                ProcessExit exit = await AwaitExitAsync(container, stopping).ConfigureAwait(false);
                await FinishAsync(container, exit, stopping).ConfigureAwait(false);
                if (!await RestartAsync(container, exit, stopping).ConfigureAwait(false) && container.Document.HostConfig.AutoRemove)
                {
                    await RemoveAsync(container).ConfigureAwait(false);
                }

                return;
            }
            catch (RpcException error) when (!stopping.IsCancellationRequested && error.StatusCode is not StatusCode.NotFound)
            {
                await Task.Delay(Retry, stopping).ConfigureAwait(false);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
            {
                return;
            }
            catch (RpcException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<ProcessExit> AwaitExitAsync(Container container, CancellationToken stopping)
    {
        try
        {
            ProcessExit exit = await tasks.WaitAsync(container.Id, "", stopping).ConfigureAwait(false);
            if (exit.Code == Killed && heard.Connected)
            {
                // The answer may overtake the event that says why. An end while nobody listened is without its event.
                await Task.WhenAny(container.ExitHeard.Task, Task.Delay(EventPatience, stopping)).ConfigureAwait(false);
            }

            return exit;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound && container.State.Running)
        {
            return new ProcessExit(UnknownCode, DateTimeOffset.UtcNow);
        }
    }

    private async Task FinishAsync(Container container, ProcessExit exit, CancellationToken cancellation)
    {
        await container.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // The output first: who is told of the end finds all of it in the log.
            await stdio.CloseAsync(container).ConfigureAwait(false);

            // On disk before containerd forgets it: a kill between the two must not lose the code.
            container.ChangeState(state => state with
            {
                Status = "exited",
                Running = false,
                Paused = false,
                Pid = 0,
                ExitCode = exit.Code,
                OOMKilled = container.OutOfMemory,

                // Nobody asks it any more.
                Health = state.Health is { } last ? last with { Status = HealthWatch.Unhealthy } : null,
                FinishedAt = Timestamps.Text(exit.At),
            });
            await DeleteTaskAsync(container).ConfigureAwait(false);
            networks.Release(container);
            volumeMounts.Release(container);
            await volumeMounts.LeaveAsync(container.Document.Mounts.Select(mount => mount.Volume), container.Id).ConfigureAwait(false);
            networkEvents.Publish(container, "disconnect");
            events.Publish(container, "die", ("exitCode", exit.Code.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            container.EndRun(exit.Code);
        }
        finally
        {
            container.Gate.Release();
        }
    }

    private async Task DeleteTaskAsync(Container container)
    {
        try
        {
            await tasks.DeleteTaskAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RpcException error)
        {
            await Console.Error.WriteLineAsync($"wharfd: delete task \"{container.Id}\": {error.Status.Detail}").ConfigureAwait(false);
        }
    }

    /// <summary>Removes what is left of a container that does not run.</summary>
    internal async Task RemoveAsync(Container container, bool withVolumes = false)
    {
        container.CancelRestart();
        await tasks.DeleteRecordAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
        await tasks.RemoveSnapshotAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
        foreach (ContainerMount mount in container.Document.Mounts.Where(mount => mount.Type == ContainerMount.OfImage))
        {
            await tasks.RemoveSnapshotAsync(ImageSnapshot(container.Id, mount), CancellationToken.None).ConfigureAwait(false);
        }

        table.Remove(container);
        ContainerStdio.GiveUp(container);
        if (withVolumes || container.Document.HostConfig.AutoRemove)
        {
            await volumes.RemoveAnonymousAsync(container.Document.Mounts.Where(mount => mount.IsAnonymous).Select(mount => mount.Volume!)).ConfigureAwait(false);
        }

        events.Publish(container, "destroy");
        container.Removed.TrySetResult();
    }
}
