using Wharf.Daemon.Logs;
using Wharf.Daemon.Logs.Targets;
using Wharf.Daemon.Stdio;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>Opens and closes the streams and the log of a container's run, and hands them to those who wait for the run.</summary>
internal sealed class ContainerStdio(DescriptorLoop loop, string execRoot)
{
    private const int IdLength = 64;
    private const string EndedSuffix = ".ended";

    /// <summary>
    /// The streams of the run that goes on, or of the next one: clients attach first and start then. What they hear begins with
    /// the first byte.
    /// </summary>
    internal static async Task<(ProcessStreams Streams, StreamListener Output)> ListenAsync(Container container, CancellationToken cancellation)
    {
        var waiting = new TaskCompletionSource<(ProcessStreams, StreamListener)>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (container.StreamsGate)
        {
            if (container.Streams is { } streams)
            {
                return (streams, streams.Listen());
            }

            container.Waiting.Add(waiting);
        }

        try
        {
            return await waiting.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            lock (container.StreamsGate)
            {
                container.Waiting.Remove(waiting);
            }
        }
    }

    /// <param name="container">Whose run begins.</param>
    /// <param name="resumed">The run began in an earlier life of the daemon.</param>
    /// <param name="target">Where its lines are sent; null: nowhere.</param>
    internal ProcessStreams Open(Container container, bool resumed, ILogTarget? target)
    {
        string folder = Folder(container);
        if (!resumed)
        {
            DeleteFolder(folder);
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        LogConfig? config = container.Document.HostConfig.LogConfig;
        LogOptions options = LogOptions.Parse(config, container.Config);
        LogForwarder? forwarder = target is null ? null : new LogForwarder(target, options.BufferSize, options.NonBlocking);
        JsonFileLog? log = options.Driver == LogOptions.None ? null : new JsonFileLog(container.LogPath, Path.Combine(folder, "log-position"), options) { Forwarder = forwarder };
        var streams = new ProcessStreams(loop, folder, "init", container.Config.Tty, container.Config.OpenStdin, resumed, log);
        lock (container.StreamsGate)
        {
            container.Log = log;
            container.Streams = streams;
            foreach (TaskCompletionSource<(ProcessStreams, StreamListener)> waiting in container.Waiting)
            {
                waiting.TrySetResult((streams, streams.Listen()));
            }

            container.Waiting.Clear();
        }

        return streams;
    }

    /// <summary>The target of a container's lines; null where its driver keeps them here.</summary>
    /// <exception cref="EngineException">It does not answer, and the driver's mode is to wait for it.</exception>
    internal static async Task<ILogTarget?> ConnectAsync(Container container, CancellationToken cancellation)
    {
        LogConfig? config = container.Document.HostConfig.LogConfig;
        LogOptions options = LogOptions.Parse(config, container.Config);
        ILogTarget? target = LogTargets.Make(config, LogSource.Of(container, config, options.Attributes));
        if (target is null || !LogTargets.MustAnswer(config))
        {
            return target;
        }

        try
        {
            await target.ConnectAsync(cancellation).ConfigureAwait(false);
            return target;
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            await target.DisposeAsync().ConfigureAwait(false);
            throw new EngineException(EngineErrorKind.System, $"failed to initialize logging driver: {target.Place}: {error.Message}", error);
        }
    }

    /// <summary>Nothing more comes: what was written is in the log, and those who wait for a run need not.</summary>
    internal async Task CloseAsync(Container container)
    {
        ProcessStreams? streams;
        lock (container.StreamsGate)
        {
            streams = container.Streams;
            container.Streams = null;
        }

        if (streams is not null)
        {
            streams.Dispose();
            await streams.Drained.ConfigureAwait(false);
        }

        JsonFileLog? log = container.Log;
        log?.Dispose();
        container.Log = null;
        if (log?.Forwarder is { } forwarder)
        {
            await forwarder.DisposeAsync().ConfigureAwait(false);
        }

        DeleteFolder(Folder(container));
    }

    /// <summary>
    /// Takes the folder out of the way by one rename, so that nothing is written into it while it is emptied: execs end with their
    /// container, and write their codes down. What cannot be removed is no reason to keep a container from ending.
    /// </summary>
    private static void DeleteFolder(string folder)
    {
        string ended = folder + EndedSuffix;
        RemoveTree(ended);
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Move(folder, ended);
            }
        }
        catch (IOException error)
        {
            Report(folder, error);
        }

        RemoveTree(ended);
    }

    private static void RemoveTree(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Report(folder, error);
        }
    }

    private static void Report(string folder, Exception error) =>
        Console.Error.WriteLine($"wharfd: remove the streams of an ended run \"{folder}\": {error.Message}");

    /// <summary>Removes what runs left whose end an earlier daemon had written down already.</summary>
    internal void CleanUp(IReadOnlySet<string> running)
    {
        if (!Directory.Exists(execRoot))
        {
            return;
        }

        foreach (string folder in Directory.GetDirectories(execRoot))
        {
            string name = Path.GetFileName(folder);
            string id = name.EndsWith(EndedSuffix, StringComparison.Ordinal) ? name[..^EndedSuffix.Length] : name;
            if (id.Length != IdLength || !id.All(char.IsAsciiHexDigit))
            {
                continue;
            }

            if (name != id)
            {
                RemoveTree(folder);
            }
            else if (!running.Contains(id))
            {
                DeleteFolder(folder);
            }
        }
    }

    /// <summary>The run that they wait for will not come.</summary>
    internal static void GiveUp(Container container)
    {
        lock (container.StreamsGate)
        {
            foreach (TaskCompletionSource<(ProcessStreams, StreamListener)> waiting in container.Waiting)
            {
                waiting.TrySetCanceled();
            }

            container.Waiting.Clear();
        }
    }

    private string Folder(Container container) => Path.Combine(execRoot, container.Id);
}
