using System.Globalization;

namespace Wharf.Daemon.Containers;

/// <summary>Ends containers: asked politely, and then not.</summary>
internal sealed class StopContainer(TaskClient tasks, ContainerEvents events)
{
    private const int DefaultSeconds = 10;
    private const int KillSignal = 9;

    internal async Task StopAsync(Container container, int? seconds, string? signal, CancellationToken cancellation)
    {
        if (container.State.Restarting)
        {
            container.Change(document => document with { StoppedByUser = true });
            container.CancelRestart();
            return;
        }

        if (!container.State.Running)
        {
            throw new EngineException(EngineErrorKind.NotModified, "container already stopped");
        }

        int first = SignalNumber.Of(signal ?? container.Config.StopSignal ?? "TERM");
        container.Change(document => document with { StoppedByUser = true });
        int wait = seconds ?? container.Config.StopTimeout ?? DefaultSeconds;
        await SendAsync(container, first, cancellation).ConfigureAwait(false);
        Task ended = container.Exited;
        Task patience = wait < 0 ? Task.Delay(Timeout.Infinite, cancellation) : Task.Delay(TimeSpan.FromSeconds(wait), cancellation);
        if (await Task.WhenAny(ended, patience).ConfigureAwait(false) != ended)
        {
            cancellation.ThrowIfCancellationRequested();
            await SendAsync(container, KillSignal, cancellation).ConfigureAwait(false);
            await ended.WaitAsync(cancellation).ConfigureAwait(false);
        }

        events.Publish(container, "stop");
    }

    /// <summary>Ends a run that shall begin anew: asked politely, and then not. Nobody asked for it, so the policy decides.</summary>
    internal async Task EndRunAsync(Container container, CancellationToken cancellation)
    {
        container.EndedUnhealthy = true;
        Task ended = container.Exited;
        await SendAsync(container, SignalNumber.Of(container.Config.StopSignal ?? "TERM"), cancellation).ConfigureAwait(false);
        Task patience = Task.Delay(TimeSpan.FromSeconds(container.Config.StopTimeout ?? DefaultSeconds), cancellation);
        if (await Task.WhenAny(ended, patience).ConfigureAwait(false) != ended)
        {
            cancellation.ThrowIfCancellationRequested();
            await SendAsync(container, KillSignal, cancellation).ConfigureAwait(false);
        }
    }

    internal async Task KillAsync(Container container, string? signal, CancellationToken cancellation)
    {
        int number = SignalNumber.Of(signal ?? "KILL");
        if (!container.State.Running)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"cannot kill container: {container.Id}: container {container.Id} is not running");
        }

        if (number == KillSignal || number == SignalNumber.Of(container.Config.StopSignal ?? "TERM"))
        {
            container.Change(document => document with { StoppedByUser = true });
        }

        await SendAsync(container, number, cancellation).ConfigureAwait(false);
        if (number == KillSignal)
        {
            await container.Exited.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(Container container, int signal, CancellationToken cancellation)
    {
        if (container.State.Paused)
        {
            await tasks.ResumeAsync(container.Id, cancellation).ConfigureAwait(false);
        }

        await tasks.KillAsync(container.Id, "", signal, cancellation).ConfigureAwait(false);
        events.Publish(container, "kill", ("signal", signal.ToString(CultureInfo.InvariantCulture)));
    }
}
