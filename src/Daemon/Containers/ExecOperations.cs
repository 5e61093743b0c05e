using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.Daemon.Stdio;
using Wharf.EngineApi.Containers;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>More processes in a running container.</summary>
internal sealed class ExecOperations(ContainerTable table, TaskClient tasks, ContainerEvents events, DescriptorLoop loop, ExecFiles files, BackgroundWork background, SpecDefaults defaults)
{
    private const int ContainerGone = 137;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);

    // Clients ask for the code when the output has ended; nobody asks later.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    /// <summary>Takes up the execs of containers that ran when the last daemon ended: who reads no more of them holds them back.</summary>
    internal void Resume()
    {
        foreach (Container container in table.All().Where(one => one.State.Running))
        {
            foreach (ExecDocument document in files.Read(container))
            {
                var exec = new ContainerExec(document.Id, document.Request) { Started = document.Started };
                container.Execs[exec.Id] = exec;
                if (document.ExitCode is { } code)
                {
                    exec.End(code);
                }
                else if (document.Started)
                {
                    var streams = new ProcessStreams(loop, files.Folder(container), exec.Id, exec.Request.Tty, exec.Request.AttachStdin, resumed: true, null);
                    exec.Streams = streams;
                    exec.Run();
                    background.Begin($"watch exec \"{exec.Id}\"", stopping => WatchAsync(container, exec, streams, stopping));
                }
            }
        }
    }

    internal IdResponse Create(Container container, ExecCreateRequest request)
    {
        if (!container.State.Running)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"container {container.Id} is not running");
        }

        if (container.State.Paused)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"container {container.Id} is paused, unpause the container before exec");
        }

        if (request.Cmd is not { Count: > 0 })
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "No exec command specified");
        }

        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var exec = new ContainerExec(id, request);
        lock (container.Execs)
        {
            foreach (ContainerExec old in container.Execs.Values.Where(one => one.EndedAt + Kept < DateTimeOffset.UtcNow).ToArray())
            {
                container.Execs.Remove(old.Id);
                files.Delete(container, old.Id);
            }

            container.Execs[id] = exec;
        }

        files.Save(container, exec);

        events.Publish(container, "exec_create: " + string.Join(' ', request.Cmd), ("execID", id));
        return new IdResponse { Id = id };
    }

    internal async Task StartAsync(HttpContext context, string id, ExecStartRequest start)
    {
        (Container container, ContainerExec exec) = table.FindExec(id);
        if (exec.Started)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"exec {id} has already run");
        }

        if (!container.State.Running)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"container {container.Id} is not running");
        }

        exec.Started = true;
        files.Save(container, exec);
        ExecCreateRequest request = exec.Request;

        // Answered before anything is done, as docker does: what goes wrong is told on the stream, and docker-py drops output that comes in
        // one packet with the head of the answer. From then on the end of the client's input ends its request, so the request's token no
        // longer counts.
        HijackedStream? client = start.Detach ? null : await HijackedStream.TakeAsync(context, !request.Tty).ConfigureAwait(false);
        ProcessStreams streams;
        StreamListener output;
        try
        {
            (streams, output) = await BeginAsync(container, exec).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RpcException or EngineException or SyscallException)
        {
            string message = error is RpcException rpc ? rpc.Status.Detail : error.Message;
            exec.End(StartFailure.ExecCode(message));
            files.Save(container, exec);
            if (client is null)
            {
                throw error as EngineException ?? new EngineException(EngineErrorKind.InvalidParameter, message, error);
            }

            byte[] words = Encoding.UTF8.GetBytes(message + "\r\n");
            await client.WriteAsync(request.Tty ? words : StreamFrame.Of(StreamKind.Output, words), background.Stopping).ConfigureAwait(false);
            return;
        }

        events.Publish(container, "exec_start: " + string.Join(' ', request.Cmd!), ("execID", id));
        background.Begin($"watch exec \"{id}\"", stopping => WatchAsync(container, exec, streams, stopping));
        if (client is null)
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            return;
        }

        await AttachContainer.JoinAsync(
            client,
            streams,
            output,
            raw: request.Tty,
            takesInput: request.AttachStdin,
            kind => kind == StreamKind.Error ? request.AttachStderr : request.AttachStdout,
            DetachKeys.Parse(request.DetachKeys.Length > 0 ? request.DetachKeys : null),
            left => CloseInputAsync(container, id, streams, left),
            background.Stopping).ConfigureAwait(false);
        await exec.Exited.WaitAsync(background.Stopping).ConfigureAwait(false);
    }

    /// <summary>Starts its process.</summary>
    private async Task<(ProcessStreams Streams, StreamListener Output)> BeginAsync(Container container, ContainerExec exec)
    {
        ExecCreateRequest request = exec.Request;
        IReadOnlyList<ContainerdApi.Types.Mount> mounts = await tasks.SnapshotMountsAsync(container.Id, background.Stopping).ConfigureAwait(false);
        User user = UserLookup.Resolve(request.User.Length > 0 ? request.User : container.Config.User, SnapshotLayers.Of(mounts), container.Document.HostConfig.GroupAdd);
        Process process = ContainerSpec.ForExec(container, request, user, defaults);
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(process, RuntimeJson.Default.Process);
        var streams = new ProcessStreams(loop, files.Folder(container), exec.Id, request.Tty, request.AttachStdin, resumed: false, null);
        exec.Streams = streams;
        StreamListener output = streams.Listen();
        try
        {
            await tasks.ExecAsync(container.Id, exec.Id, document, streams.InputPath, streams.OutputPath, streams.ErrorPath, request.Tty, background.Stopping).ConfigureAwait(false);
            await tasks.StartAsync(container.Id, exec.Id, background.Stopping).ConfigureAwait(false);
            streams.MarkStarted();
            exec.Run();
            return (streams, output);
        }
        catch (RpcException)
        {
            await tasks.DeleteExecAsync(container.Id, exec.Id, CancellationToken.None).ConfigureAwait(false);
            streams.Dispose();
            throw;
        }
    }

    internal static ExecInspect Inspect(Container container, ContainerExec exec) => new()
    {
        ID = exec.Id,
        Running = exec.Started && !exec.Exited.IsCompleted,
        ExitCode = exec.Exited.IsCompletedSuccessfully ? exec.Exited.Result : null,
        ProcessConfig = new ExecProcessConfig
        {
            tty = exec.Request.Tty,
            entrypoint = exec.Request.Cmd![0],
            arguments = [.. exec.Request.Cmd.Skip(1)],
            privileged = exec.Request.Privileged,
        },
        OpenStdin = exec.Request.AttachStdin,
        OpenStdout = exec.Request.AttachStdout,
        OpenStderr = exec.Request.AttachStderr,
        ContainerID = container.Id,
        Pid = exec.Pid,
    };

    private async Task CloseInputAsync(Container container, string id, ProcessStreams streams, CancellationToken cancellation)
    {
        await streams.CloseInputAsync(cancellation).ConfigureAwait(false);
        await tasks.CloseInputAsync(container.Id, id, cancellation).ConfigureAwait(false);
    }

    private async Task WatchAsync(Container container, ContainerExec exec, ProcessStreams streams, CancellationToken stopping)
    {
        int code = await AwaitExitAsync(container, exec, stopping).ConfigureAwait(false);
        exec.End(code);
        files.Save(container, exec);
        streams.Finish();
        await streams.Drained.ConfigureAwait(false);
        streams.Dispose();
        events.Publish(container, "exec_die", ("execID", exec.Id), ("exitCode", code.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private async Task<int> AwaitExitAsync(Container container, ContainerExec exec, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                ProcessExit exit = await tasks.WaitAsync(container.Id, exec.Id, stopping).ConfigureAwait(false);
                await tasks.DeleteExecAsync(container.Id, exec.Id, stopping).ConfigureAwait(false);
                return exit.Code;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
            {
                // The container's end takes its processes along, and containerd's word of them.
                return ContainerGone;
            }
            catch (RpcException) when (!stopping.IsCancellationRequested)
            {
                // containerd is away.
                await Task.Delay(Retry, stopping).ConfigureAwait(false);
            }
        }
    }
}
