using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Wharf.Daemon.Stdio;
using Wharf.EngineApi.Containers;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>Runs a health check in its container, and hears what it says.</summary>
internal sealed class HealthProbe(TaskClient tasks, ContainerEvents events, DescriptorLoop loop, ExecFiles files, SpecDefaults defaults)
{
    // docker's.
    private const int LongestOutput = 4096;
    private const int KillSignal = 9;
    private const int NotRun = -1;

    internal async Task<HealthcheckResult> RunAsync(Container container, HealthSettings settings, CancellationToken cancellation)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        string command = string.Join(' ', settings.Command);
        DateTimeOffset start = DateTimeOffset.UtcNow;
        events.Publish(container, "exec_create: " + command, ("execID", id));
        (int code, string output) = await AskAsync(container, settings, id, command, cancellation).ConfigureAwait(false);
        events.Publish(container, "exec_die", ("execID", id), ("exitCode", code.ToString(CultureInfo.InvariantCulture)));
        return new HealthcheckResult { Start = Timestamps.Text(start), End = Timestamps.Text(DateTimeOffset.UtcNow), ExitCode = code, Output = output };
    }

    private async Task<(int Code, string Output)> AskAsync(Container container, HealthSettings settings, string id, string command, CancellationToken cancellation)
    {
        using var streams = new ProcessStreams(loop, files.Folder(container), id, terminal: false, takesInput: false, resumed: false, null);
        Task<string> output = ReadAsync(streams.Listen(), cancellation);
        bool made = false;
        try
        {
            IReadOnlyList<ContainerdApi.Types.Mount> mounts = await tasks.SnapshotMountsAsync(container.Id, cancellation).ConfigureAwait(false);
            User user = UserLookup.Resolve(container.Config.User, SnapshotLayers.Of(mounts), container.Document.HostConfig.GroupAdd);
            Process process = ContainerSpec.ForExec(container, new ExecCreateRequest { Cmd = settings.Command, AttachStdout = true, AttachStderr = true }, user, defaults);
            await tasks.ExecAsync(container.Id, id, JsonSerializer.SerializeToUtf8Bytes(process, RuntimeJson.Default.Process), streams.InputPath, streams.OutputPath, streams.ErrorPath, terminal: false, cancellation).ConfigureAwait(false);
            made = true;
            await tasks.StartAsync(container.Id, id, cancellation).ConfigureAwait(false);
            streams.MarkStarted();
            events.Publish(container, "exec_start: " + command, ("execID", id));
            Task<ProcessExit> exit = tasks.WaitAsync(container.Id, id, cancellation);
            bool late = await Task.WhenAny(exit, Task.Delay(settings.Timeout, cancellation)).ConfigureAwait(false) != exit;
            cancellation.ThrowIfCancellationRequested();
            if (late)
            {
                await tasks.KillAsync(container.Id, id, KillSignal, cancellation).ConfigureAwait(false);
            }

            int code = (await exit.ConfigureAwait(false)).Code;
            streams.Finish();
            await streams.Drained.WaitAsync(cancellation).ConfigureAwait(false);
            string said = await output.ConfigureAwait(false);
            return late ? (NotRun, $"Health check exceeded timeout ({GoDuration.Text(settings.Timeout)}){(said.Length > 0 ? ": " + said : "")}") : (code, said);
        }
        catch (RpcException error) when (!cancellation.IsCancellationRequested)
        {
            return (NotRun, error.Status.Detail);
        }
        catch (EngineException error)
        {
            return (NotRun, error.Message);
        }
        finally
        {
            if (made)
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
                try
                {
                    await tasks.DeleteExecAsync(container.Id, id, limit.Token).ConfigureAwait(false);
                }
                catch (RpcException)
                {
                    // It goes with its container.
                }
            }
        }
    }

    private static async Task<string> ReadAsync(StreamListener output, CancellationToken cancellation)
    {
        var bytes = new MemoryStream();
        bool more = false;
        try
        {
            await foreach ((_, byte[] part) in output.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                int take = Math.Min(part.Length, LongestOutput - (int)bytes.Length);
                bytes.Write(part, 0, take);
                more |= take < part.Length;
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over: nobody reads it.
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + (more ? "..." : "");
    }
}
