using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Wharf.ContainerdApi.SandboxEvents;
using Wharf.ContainerdApi.ShimSandbox;
using Wharf.ContainerdApi.ShimTask;
using Wharf.ContainerdApi.TaskEvents;
using Wharf.ContainerdApi.Tracing;
using Wharf.Containerd.Events;
using Wharf.Containerd.Rpc;
using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Tasks;

/// <summary>
/// The shims that run, by namespace and container. The bundles on disk are the only record of them: a daemon that starts finds them
/// there, connects again, and clears away what has no shim or no container any more.
/// </summary>
internal sealed class ShimTable(string state, string root, ShimProgram programs, ShimLogs logs, EventExchange events, ILogger<ShimTable> log) : IAsyncDisposable
{
    private const uint KilledStatus = 137;
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<(string Namespace, string Id), Shim?> shims = [];
    private readonly ConcurrentDictionary<Task, bool> watches = [];
    private volatile bool stopping;

    public Shim Get(string scope, string id) =>
        Find(scope, id) ?? throw ContainerdException.NotFound($"no running task found: task {id}");

    public Shim? Find(string scope, string id) => shims.TryGetValue((scope, id), out Shim? shim) && shim is { Created: true } ? shim : null;

    public IReadOnlyList<Shim> All(string scope) =>
        [.. shims.Where(pair => pair.Key.Namespace == scope && pair.Value is { Created: true }).Select(pair => pair.Value!)];

    /// <summary>The shims of the tasks of every namespace.</summary>
    public IReadOnlyList<Shim> Everywhere => [.. shims.Values.OfType<Shim>().Where(shim => shim.Created)];

    public Shim Sandbox(string scope, string id) => FindSandbox(scope, id) ?? throw ContainerdException.NotFound($"sandbox {id}");

    public Shim? FindSandbox(string scope, string id) => shims.TryGetValue((scope, id), out Shim? shim) && shim is { IsSandbox: true } ? shim : null;

    /// <summary>A task in a sandbox, whose shim runs it as well: it gets a bundle and a connection of its own.</summary>
    public Task<Shim> JoinAsync(Shim sandbox, string id, byte[] spec, Func<Task> prepare, CancellationToken cancellation) =>
        StartAsync(sandbox.Bundle.Namespace, id, sandbox.Program, spec, (bundle, _) =>
        {
            bundle.WriteSandbox(sandbox.Bundle.Id);
            return sandbox.Endpoint;
        }, prepare, shared: true, cancellation);

    /// <summary>A shim for a new task. What fails on the way leaves nothing behind.</summary>
    /// <param name="prepare">What is to be there before the shim starts, once no other task has the id.</param>
    public Task<Shim> StartAsync(string scope, string id, string program, byte[] spec, byte[] options, Func<Task> prepare, CancellationToken cancellation) =>
        StartAsync(scope, id, program, spec, (bundle, path) => programs.Start(path, bundle, options), prepare, shared: false, cancellation);

    /// <summary>Ends a sandbox and its shim.</summary>
    public async Task EndSandboxAsync(Shim shim)
    {
        shim.Ending = true;
        using (var limit = new CancellationTokenSource(FarewellLimit))
        {
            try
            {
                await shim.CallSandboxAsync("ShutdownSandbox", new SandboxRequest { SandboxId = shim.Bundle.Id }, limit.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is TtrpcException or OperationCanceledException)
            {
                // It may have gone before it answered; what is left of it is deleted below.
            }
        }

        await EndAsync(shim).ConfigureAwait(false);
    }

    private async Task<Shim> StartAsync(string scope, string id, string program, byte[] spec, Func<Bundle, string, ShimEndpoint> start, Func<Task> prepare, bool shared, CancellationToken cancellation)
    {
        if (!shims.TryAdd((scope, id), null))
        {
            throw ContainerdException.AlreadyExists($"task {id}");
        }

        var bundle = new Bundle(state, root, scope, id);
        try
        {
            await prepare().ConfigureAwait(false);
            bundle.Create(spec, program);
            logs.Add(bundle);
            Shim shim;
            try
            {
                using Activity? span = Spans.Source.StartActivity("start shim")?.SetTag("container.id", id).SetTag("shim", program);
                ShimEndpoint endpoint = await Task.Factory.StartNew(() => start(bundle, program), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
                bundle.WriteEndpoint(endpoint);
                shim = await Shim.ConnectAsync(bundle, program, endpoint, shared, cancellation).ConfigureAwait(false);
            }
            catch
            {
                logs.Remove(bundle);
                bundle.Remove();
                throw;
            }

            shims[(scope, id)] = shim;
            Watch(shim);
            return shim;
        }
        catch
        {
            shims.TryRemove(new((scope, id), null));
            throw;
        }
    }

    /// <summary>Ends a shim whose task is deleted, or never came to be, and removes its bundle.</summary>
    public async Task EndAsync(Shim shim)
    {
        shim.Ending = true;
        if (!shim.IsShared)
        {
            using var limit = new CancellationTokenSource(FarewellLimit);
            try
            {
                await shim.CallAsync("Shutdown", new ShutdownRequest { Id = shim.Bundle.Id }, limit.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is TtrpcException or OperationCanceledException)
            {
                // It may have gone before it answered.
            }
        }

        await shim.DisposeAsync().ConfigureAwait(false);
        Clear(shim.Bundle);
        shims.TryRemove((shim.Bundle.Namespace, shim.Bundle.Id), out _);
    }

    /// <summary>Gives up a shim whose task could not be created, or is nobody's: what it has made so far is killed and deleted.</summary>
    public async Task AbandonAsync(Shim shim)
    {
        shim.Ending = true;
        bool clean = await TryDiscardAsync(shim).ConfigureAwait(false);
        await shim.DisposeAsync().ConfigureAwait(false);
        try
        {
            if (!clean)
            {
                await ForceDeleteAsync(shim.Program, shim.Bundle).ConfigureAwait(false);
            }
        }
        finally
        {
            Clear(shim.Bundle);
            shims.TryRemove((shim.Bundle.Namespace, shim.Bundle.Id), out _);
        }
    }

    /// <summary>Takes over the shims of the daemon before this one.</summary>
    public async Task RecoverAsync(Func<string, string, bool> known, Func<string, string, bool> sandboxes, CancellationToken cancellation)
    {
        if (!Directory.Exists(state))
        {
            return;
        }

        Task[] recoveries =
        [
            .. Directory.EnumerateDirectories(state)
                .SelectMany(scope => Directory.EnumerateDirectories(scope).Select(folder => new Bundle(state, root, Path.GetFileName(scope), Path.GetFileName(folder))))
                .Select(bundle => RecoverAsync(bundle, known(bundle.Namespace, bundle.Id), !known(bundle.Namespace, bundle.Id) && sandboxes(bundle.Namespace, bundle.Id), cancellation)),
        ];
        await Task.WhenAll(recoveries).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        // The shims go on; only the connections end.
        stopping = true;
        foreach (Shim shim in shims.Values.OfType<Shim>())
        {
            await shim.DisposeAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(watches.Keys).ConfigureAwait(false);
    }

    private async Task RecoverAsync(Bundle bundle, bool known, bool sandbox, CancellationToken cancellation)
    {
        try
        {
            if (bundle.ShimPath() is not { } program || bundle.Endpoint() is not { } endpoint)
            {
                Clear(bundle);
                return;
            }

            Shim? shim = await ReconnectAsync(bundle, program, endpoint, cancellation).ConfigureAwait(false);
            if (shim is null)
            {
                await BuryAsync(program, bundle, sandbox).ConfigureAwait(false);
                return;
            }

            logs.Add(bundle);
            shims[(bundle.Namespace, bundle.Id)] = shim;
            shim.IsSandbox = sandbox && await IsSandboxAsync(shim, cancellation).ConfigureAwait(false);
            if (!shim.IsSandbox && (!known || !shim.Created))
            {
                // A container that nobody knows, or a task that was never created: its daemon died in between.
                await AbandonAsync(shim).ConfigureAwait(false);
                return;
            }

            Watch(shim);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ContainerdException or TtrpcException)
        {
            Failures.StepFailed(log, "recover task", $"{bundle.Namespace}/{bundle.Id}", error.Message);
        }
    }

    private static async Task<Shim?> ReconnectAsync(Bundle bundle, string program, ShimEndpoint endpoint, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RecoveryLimit);
        Shim? shim = null;
        try
        {
            shim = await Shim.ConnectAsync(bundle, program, endpoint, bundle.Sandbox() is not null, limit.Token).ConfigureAwait(false);
            await shim.CallAsync("State", shim.Request(), limit.Token).ConfigureAwait(false);
            shim.Created = true;
            return shim;
        }
        catch (TtrpcException error) when (shim is not null && error.Status == TtrpcStatus.NotFound)
        {
            return shim;
        }
        catch (Exception error) when (error is TtrpcException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            if (shim is not null)
            {
                await shim.DisposeAsync().ConfigureAwait(false);
            }

            return null;
        }
    }

    private static async Task<bool> IsSandboxAsync(Shim shim, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RecoveryLimit);
        try
        {
            await shim.CallSandboxAsync("SandboxStatus", new SandboxStatusRequest { SandboxId = shim.Bundle.Id }, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is TtrpcException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    private void Watch(Shim shim)
    {
        Task watch = WatchAsync(shim);
        watches[watch] = true;
        _ = watch.ContinueWith(done => watches.TryRemove(done, out bool _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task WatchAsync(Shim shim)
    {
        await shim.Closed.ConfigureAwait(false);
        if (stopping || shim.Ending)
        {
            return;
        }

        try
        {
            Failures.StepFailed(log, "watch shim", $"{shim.Bundle.Namespace}/{shim.Bundle.Id}", "the shim has gone; its container is cleaned up");
            await shim.DisposeAsync().ConfigureAwait(false);
            shim.SetLost(await BuryAsync(shim.Program, shim.Bundle, shim.IsSandbox).ConfigureAwait(false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ContainerdException)
        {
            Failures.StepFailed(log, "clean up after shim", $"{shim.Bundle.Namespace}/{shim.Bundle.Id}", error.Message);
            shim.SetLost(new DeleteResponse { ExitStatus = KilledStatus, ExitedAt = Metadata.LabelRules.Now() });
        }
        finally
        {
            shims.TryRemove((shim.Bundle.Namespace, shim.Bundle.Id), out _);
        }
    }

    /// <summary>Clears away a container whose shim is gone, and tells the end that the shim can tell no more.</summary>
    private async Task<DeleteResponse> BuryAsync(string program, Bundle bundle, bool sandbox)
    {
        DeleteResponse end = await ForceDeleteAsync(program, bundle).ConfigureAwait(false);
        Clear(bundle);
        Timestamp exited = end.ExitedAt ?? Metadata.LabelRules.Now();
        if (sandbox)
        {
            events.Publish(bundle.Namespace, "/sandboxes/exit", new SandboxExit { SandboxId = bundle.Id, ExitStatus = end.ExitStatus, ExitedAt = exited });
            return end;
        }

        events.Publish(bundle.Namespace, "/tasks/exit", new TaskExit { ContainerId = bundle.Id, Id = bundle.Id, Pid = end.Pid, ExitStatus = end.ExitStatus, ExitedAt = exited });
        events.Publish(bundle.Namespace, "/tasks/delete", new TaskDelete { ContainerId = bundle.Id, Pid = end.Pid, ExitStatus = end.ExitStatus, ExitedAt = exited });
        return end;
    }

    private Task<DeleteResponse> ForceDeleteAsync(string program, Bundle bundle) =>
        Task.Factory.StartNew(() => programs.Delete(program, bundle), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>True when the shim has deleted its task and ended; one that does not is killed.</summary>
    private static async Task<bool> TryDiscardAsync(Shim shim)
    {
        using var limit = new CancellationTokenSource(FarewellLimit);
        uint process = 0;
        try
        {
            process = (await shim.CallAsync("Connect", shim.Request(), ConnectResponse.Parser, limit.Token).ConfigureAwait(false)).ShimPid;
            await DeleteByForceAsync(shim, limit.Token).ConfigureAwait(false);
            if (shim.IsShared)
            {
                return true;
            }

            await shim.CallAsync("Shutdown", new ShutdownRequest { Id = shim.Bundle.Id }, limit.Token).ConfigureAwait(false);
            await shim.Closed.WaitAsync(limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (TtrpcException) when (shim.Closed.IsCompleted)
        {
            return false;
        }
        catch (Exception error) when (error is TtrpcException or OperationCanceledException)
        {
            if (process > 0 && !shim.IsShared)
            {
                Processes.Signal((int)process, 9);
            }

            return false;
        }
    }

    private static async Task DeleteByForceAsync(Shim shim, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await shim.CallAsync("Delete", shim.Request(), cancellation).ConfigureAwait(false);
                return;
            }
            catch (TtrpcException error) when (error.Status == TtrpcStatus.NotFound)
            {
                return;
            }
            catch (TtrpcException error) when (error.Status is TtrpcStatus.FailedPrecondition or TtrpcStatus.Unknown)
            {
                // It runs: shims have no code for that.
                await shim.CallAsync("Kill", new KillRequest { Id = shim.Bundle.Id, Signal = 9, All = true }, cancellation).ConfigureAwait(false);
                await Task.Delay(20, cancellation).ConfigureAwait(false);
            }
        }
    }

    private void Clear(Bundle bundle)
    {
        logs.Remove(bundle);
        bundle.Remove();
    }
}
