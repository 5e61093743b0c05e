using System.Globalization;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>Asks running containers whether they are well, each at its own pace.</summary>
internal sealed class HealthWatch(HealthProbe probe, ContainerEvents events, StopContainer stop, BackgroundWork background)
{
    internal const string Starting = "starting";
    internal const string Healthy = "healthy";
    internal const string Unhealthy = "unhealthy";

    /// <summary>docker's number of answers that are kept.</summary>
    private const int Kept = 5;

    /// <summary>The restart policy, our own, that ends a container which is unhealthy, to be started again.</summary>
    internal const string Policy = "on-unhealthy";

    /// <summary>Begins for a run; its end is the watch's.</summary>
    /// <param name="resumed">The run began in an earlier life of the daemon: what is known of it stays.</param>
    internal void Begin(Container container, bool resumed)
    {
        if (HealthSettings.Of(container.Config) is not { } settings)
        {
            if (container.State.Health is not null)
            {
                container.ChangeState(state => state with { Health = null });
            }

            return;
        }

        if (!resumed || container.State.Health is null)
        {
            container.ChangeState(state => state with { Health = new Health { Status = Starting } });
        }

        Task<int> exited = container.Exited;
        background.Begin($"health of container \"{container.Id}\"", stopping => RunAsync(container, settings, exited, stopping));
    }

    private async Task RunAsync(Container container, HealthSettings settings, Task<int> exited, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task cancel = exited.ContinueWith(_ => over.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            DateTimeOffset began = DateTimeOffset.Parse(container.State.StartedAt, CultureInfo.InvariantCulture);
            while (!exited.IsCompleted)
            {
                bool early = container.State.Health?.Status == Starting && DateTimeOffset.UtcNow - began < settings.StartPeriod;
                await Task.Delay(early ? settings.StartInterval : settings.Interval, over.Token).ConfigureAwait(false);
                if (container.State.Paused)
                {
                    continue;
                }

                HealthcheckResult result = await probe.RunAsync(container, settings, over.Token).ConfigureAwait(false);
                if (!exited.IsCompleted)
                {
                    Take(container, settings, began, result);
                }
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The run is over.
        }

        if (exited.IsCompleted)
        {
            await cancel.ConfigureAwait(false);
        }
    }

    /// <summary>Counts one answer.</summary>
    private void Take(Container container, HealthSettings settings, DateTimeOffset began, HealthcheckResult result)
    {
        Health before = container.State.Health ?? new Health { Status = Starting };
        Health after = Next(before, settings, result, DateTimeOffset.Parse(result.Start, CultureInfo.InvariantCulture) - began);
        if (after.Status == before.Status)
        {
            // Not to the disk each time: after a restart of the daemon the next answer tells as much.
            container.Note(document => document with { State = document.State with { Health = after } });
            return;
        }

        container.ChangeState(state => state with { Health = after });
        events.Publish(container, "health_status: " + after.Status);
        if (after.Status == Unhealthy && container.Document.HostConfig.RestartPolicy?.Name == Policy)
        {
            background.Begin($"restart unhealthy container \"{container.Id}\"", stopping => stop.EndRunAsync(container, stopping));
        }
    }

    /// <summary>The state after one more answer.</summary>
    /// <param name="sinceStart">When it was asked.</param>
    internal static Health Next(Health before, HealthSettings settings, HealthcheckResult result, TimeSpan sinceStart)
    {
        HealthcheckResult[] log = [.. before.Log.TakeLast(Kept - 1), result];
        if (result.ExitCode == 0)
        {
            return new Health { Status = Healthy, FailingStreak = 0, Log = log };
        }

        bool counts = before.Status != Starting || sinceStart >= settings.StartPeriod;
        int streak = before.FailingStreak + (counts ? 1 : 0);
        return new Health { Status = streak >= settings.Retries ? Unhealthy : before.Status, FailingStreak = streak, Log = log };
    }
}
