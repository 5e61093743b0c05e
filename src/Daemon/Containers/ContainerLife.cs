using System.Text.Json;
using System.Threading.Channels;
using Grpc.Core;
using Wharf.ContainerdApi.Types;
using Wharf.Daemon.Logs;
using Wharf.Daemon.Stdio;
using Wharf.EngineApi.Containers;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using Container = Wharf.Daemon.Containers.Container;

namespace Wharf.Daemon.Containers;

/// <summary>A run of a container: started, watched until it ends, and taken up again after a restart of the daemon.</summary>
internal sealed class ContainerLife(ContainerTable table, TaskClient tasks, ContainerEvents events, DescriptorLoop loop, string execRoot, string cgroupParent, CancellationToken stopping)
{
    private const int RetryMilliseconds = 200;

    internal async Task StartAsync(Container container, CancellationToken cancellation)
    {
        await container.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        bool failed = true;
        try
        {
            if (container.State.Running)
            {
                failed = false;
                throw new EngineException(EngineErrorKind.NotModified, "container already started");
            }

            container.BeginRun();
            await LaunchAsync(container, cancellation).ConfigureAwait(false);
            failed = false;
        }
        finally
        {
            container.Gate.Release();
            if (failed && container.Document.HostConfig.AutoRemove)
            {
                await RemoveAsync(container).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// The streams of the run that goes on, or of the next one: clients attach first and start then. What they hear begins with
    /// the first byte.
    /// </summary>
    internal static async Task<(ProcessStreams Streams, ChannelReader<(StreamKind Kind, byte[] Bytes)> Output)> ListenAsync(Container container, CancellationToken cancellation)
    {
        Task<(ProcessStreams, ChannelReader<(StreamKind, byte[])>)> next;
        lock (container)
        {
            if (container.Streams is { } streams)
            {
                return (streams, streams.Listen());
            }

            var waiting = new TaskCompletionSource<(ProcessStreams, ChannelReader<(StreamKind, byte[])>)>(TaskCreationOptions.RunContinuationsAsynchronously);
            container.Waiting.Add(waiting);
            next = waiting.Task;
        }

        return await next.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes up what ran when the daemon ended, and reports what ended meanwhile.</summary>
    internal async Task ReconcileAsync(CancellationToken cancellation)
    {
        foreach (Container container in table.All().Where(one => one.State.Running))
        {
            ContainerdApi.Types.Process? task = await tasks.FindAsync(container.Id, cancellation).ConfigureAwait(false);
            container.BeginRun();
            OpenStreams(container);
            if (task is null)
            {
                await FinishAsync(container, 255, cancellation).ConfigureAwait(false);
            }
            else
            {
                _ = WatchAsync(container);
            }
        }
    }

    private async Task LaunchAsync(Container container, CancellationToken cancellation)
    {
        bool created = false;
        try
        {
            IReadOnlyList<ContainerdApi.Types.Mount> mounts = await tasks.SnapshotMountsAsync(container.Id, cancellation).ConfigureAwait(false);
            WriteNetworkFiles(container);
            User user = UserLookup.Resolve(container.Config.User, SnapshotLayers.Of(mounts));
            RuntimeSpec spec = ContainerSpec.Of(container, user, null, cgroupParent);
            byte[] document = JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeJson.Default.RuntimeSpec);
            OpenStreams(container);
            await tasks.SetSpecAsync(container.Id, document, cancellation).ConfigureAwait(false);
            ProcessStreams streams = container.Streams!;
            int pid = await tasks.CreateTaskAsync(container.Id, mounts, streams.InputPath, streams.OutputPath, streams.ErrorPath, container.Config.Tty, cancellation).ConfigureAwait(false);
            created = true;
            container.ChangeState(state => state with { Status = "running", Running = true, Paused = false, OOMKilled = false, Pid = pid, ExitCode = 0, Error = "", StartedAt = Timestamps.Text(DateTimeOffset.UtcNow) });
            await tasks.StartAsync(container.Id, "", cancellation).ConfigureAwait(false);
            events.Publish(container, "start");
            _ = WatchAsync(container);
        }
        catch (Exception error) when (error is RpcException or SyscallException or IOException or EngineException)
        {
            await FailAsync(container, error, created).ConfigureAwait(false);
            throw StartError(error);
        }
    }

    /// <summary>docker's client reads the code from the words: 127 for a program that is not there, 126 for one that cannot run.</summary>
    private static EngineException StartError(Exception error) => error switch
    {
        EngineException known => known,
        RpcException rpc => new EngineException(
            rpc.Status.Detail.Contains("executable file not found", StringComparison.Ordinal) || rpc.Status.Detail.Contains("permission denied", StringComparison.Ordinal) || rpc.Status.Detail.Contains("no such file or directory", StringComparison.Ordinal) || rpc.Status.Detail.Contains("is a directory", StringComparison.Ordinal)
                ? EngineErrorKind.InvalidParameter
                : EngineErrorKind.System,
            "failed to create task for container: " + rpc.Status.Detail + (rpc.StatusCode == StatusCode.Unknown && !rpc.Status.Detail.EndsWith(": unknown", StringComparison.Ordinal) ? ": unknown" : ""),
            rpc),
        _ => new EngineException(EngineErrorKind.System, "failed to start container: " + error.Message, error),
    };

    private async Task FailAsync(Container container, Exception error, bool created)
    {
        if (created)
        {
            await tasks.KillAsync(container.Id, "", 9, CancellationToken.None).ConfigureAwait(false);
            await DeleteTaskAsync(container).ConfigureAwait(false);
        }

        string message = StartError(error).Message;
        int code = message.Contains("executable file not found", StringComparison.Ordinal) || message.Contains("no such file or directory", StringComparison.Ordinal) ? 127 : message.Contains("permission denied", StringComparison.Ordinal) || message.Contains("is a directory", StringComparison.Ordinal) ? 126 : 128;
        CloseStreams(container);
        container.ChangeState(state => state with { Status = state.StartedAt.StartsWith("0001", StringComparison.Ordinal) ? "created" : "exited", Running = false, Pid = 0, ExitCode = code, Error = message });
        container.EndRun(code);
    }

    /// <summary>Waits for the end of the run; containerd may be away for a while meanwhile.</summary>
    private async Task WatchAsync(Container container)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                int code = await tasks.WaitAsync(container.Id, "", stopping).ConfigureAwait(false);
                await FinishAsync(container, code, stopping).ConfigureAwait(false);
                return;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound && !container.State.Running)
            {
                return;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
            {
                await FinishAsync(container, 255, stopping).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (error is RpcException or OperationCanceledException or HttpRequestException)
            {
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(RetryMilliseconds, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task FinishAsync(Container container, int code, CancellationToken cancellation)
    {
        await container.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // The output first: who is told of the end finds all of it in the log.
            container.Streams?.Finish();
            if (container.Streams is { } streams)
            {
                await streams.Drained.ConfigureAwait(false);
            }

            await DeleteTaskAsync(container).ConfigureAwait(false);
            CloseStreams(container);
            container.ChangeState(state => state with
            {
                Status = "exited",
                Running = false,
                Paused = false,
                Pid = 0,
                ExitCode = code,
                OOMKilled = container.OutOfMemory,
                FinishedAt = Timestamps.Text(DateTimeOffset.UtcNow),
            });
            events.Publish(container, "die", ("exitCode", code.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            container.EndRun(code);
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
        events.Publish(container, "destroy");
        container.Removed.TrySetResult();
    }

    private void OpenStreams(Container container)
    {
        container.Log = new JsonFileLog(container.LogPath);
        var streams = new ProcessStreams(loop, Path.Combine(execRoot, container.Id), "init", container.Config.Tty, container.Config.OpenStdin, container.Log.Take);
        lock (container)
        {
            container.Streams = streams;
            foreach (TaskCompletionSource<(ProcessStreams, ChannelReader<(StreamKind, byte[])>)> waiting in container.Waiting)
            {
                waiting.TrySetResult((streams, streams.Listen()));
            }

            container.Waiting.Clear();
        }
    }

    private void CloseStreams(Container container)
    {
        container.Streams?.Dispose();
        container.Streams = null;
        container.Log?.Dispose();
        container.Log = null;
        string folder = Path.Combine(execRoot, container.Id);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteNetworkFiles(Container container)
    {
        string host = container.Config.Hostname;
        File.WriteAllText(Path.Combine(container.Folder, "hostname"), host + "\n");
        File.WriteAllText(Path.Combine(container.Folder, "hosts"), "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n");
        string resolver = "/etc/resolv.conf";
        File.WriteAllText(Path.Combine(container.Folder, "resolv.conf"), File.Exists(resolver) ? File.ReadAllText(resolver) : "");
    }
}
