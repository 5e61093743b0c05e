using Grpc.Core;

namespace Wharf.Daemon.Containers;

/// <summary>The end of a run.</summary>
internal sealed partial class ContainerLife
{
    // What docker says of a run whose end nobody saw.
    private const int UnknownCode = 255;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes up what ran when the daemon ended; what ended meanwhile is reported by the watch.</summary>
    internal void Resume()
    {
        foreach (Container container in table.All().Where(one => one.State.Running))
        {
            container.BeginRun();
            stdio.Open(container, resumed: true);
            background.Begin($"watch container \"{container.Id}\"", stopping => WatchAsync(container, stopping));
        }
    }

    /// <summary>Waits for the end of the run; containerd may be away for a while meanwhile.</summary>
    private async Task WatchAsync(Container container, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await FinishAsync(container, await AwaitExitAsync(container, stopping).ConfigureAwait(false), stopping).ConfigureAwait(false);
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
            return await tasks.WaitAsync(container.Id, "", stopping).ConfigureAwait(false);
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
            await DeleteTaskAsync(container).ConfigureAwait(false);
            container.ChangeState(state => state with
            {
                Status = "exited",
                Running = false,
                Paused = false,
                Pid = 0,
                ExitCode = exit.Code,
                OOMKilled = container.OutOfMemory,
                FinishedAt = Timestamps.Text(exit.At),
            });
            events.Publish(container, "die", ("exitCode", exit.Code.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            container.EndRun(exit.Code);
        }
        finally
        {
            container.Gate.Release();
        }

        if (container.Document.HostConfig.AutoRemove)
        {
            await RemoveAsync(container).ConfigureAwait(false);
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
    internal async Task RemoveAsync(Container container)
    {
        await tasks.DeleteRecordAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
        await tasks.RemoveSnapshotAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
        table.Remove(container);
        ContainerStdio.GiveUp(container);
        events.Publish(container, "destroy");
        container.Removed.TrySetResult();
    }
}
