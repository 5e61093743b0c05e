using Wharf.Daemon.Logs;
using Wharf.Linux;

namespace Wharf.Daemon.Stdio;

/// <summary>The fifos of one process and all who listen. A listener that is slow loses nothing: it holds the process back.</summary>
internal sealed class ProcessStreams : IDisposable
{
    private const string SpoolSuffix = ".spool";
    private readonly Lock gate = new();
    private readonly List<StreamListener> listeners = [];
    private readonly FifoReader output;
    private readonly FifoReader? error;
    private readonly FifoWriter? input;
    private readonly JsonFileLog? log;
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool discarding;
    private bool drained;

    /// <summary>Opens the fifos below a folder, which are made when they are missing.</summary>
    /// <param name="resumed">The process runs already, of an earlier life of the daemon. Its input has ended when its fifo is gone.</param>
    internal ProcessStreams(DescriptorLoop loop, string folder, string name, bool terminal, bool takesInput, bool resumed, JsonFileLog? log)
    {
        this.log = log;
        if (log?.Forwarder is { } forwarder)
        {
            forwarder.TakesMore = Resume;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        OutputPath = Fifo(folder, name + "-stdout");
        output = new FifoReader(loop, OutputPath, Spool(OutputPath, StreamKind.Output), bytes => Receive(StreamKind.Output, bytes));
        if (!terminal)
        {
            ErrorPath = Fifo(folder, name + "-stderr");
            error = new FifoReader(loop, ErrorPath, Spool(ErrorPath, StreamKind.Error), bytes => Receive(StreamKind.Error, bytes));
        }

        if (takesInput && (!resumed || File.Exists(Path.Combine(folder, name + "-stdin"))))
        {
            InputPath = Fifo(folder, name + "-stdin");
            input = new FifoWriter(loop, InputPath);
        }

        Drained = CompleteAsync();
        if (resumed)
        {
            MarkStarted();
        }
    }

    internal string InputPath { get; } = "";

    internal string OutputPath { get; }

    internal string ErrorPath { get; } = "";

    /// <summary>All output has been read and handed on.</summary>
    internal Task Drained { get; }

    internal StreamListener Listen()
    {
        var listener = new StreamListener(Resume);
        lock (gate)
        {
            if (drained)
            {
                listener.Complete();
            }
            else
            {
                listeners.Add(listener);
            }
        }

        return listener;
    }

    internal void Leave(StreamListener listener)
    {
        lock (gate)
        {
            listeners.Remove(listener);
        }

        Resume();
    }

    /// <summary>
    /// The process has opened its ends and runs. Nothing is read before: what a runtime prints when it fails is its caller's to tell.
    /// </summary>
    internal void MarkStarted()
    {
        input?.ReaderIsThere();
        started.TrySetResult();
        Resume();
    }

    /// <summary>Writes to the process; waits while its fifo is full. False when it takes no more input.</summary>
    internal Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        input?.WriteAsync(bytes, cancellation) ?? Task.FromResult(false);

    /// <summary>
    /// Ends the input. Not before the process has opened its end: a fifo that nobody holds open forgets what was written to it.
    /// </summary>
    internal async Task CloseInputAsync(CancellationToken cancellation)
    {
        await started.Task.WaitAsync(cancellation).ConfigureAwait(false);
        if (input is not null)
        {
            await input.CloseAsync().ConfigureAwait(false);

            // Tells the next life of the daemon that it must not open it again.
            File.Delete(InputPath);
        }
    }

    /// <summary>The process is known to have ended: what is in the fifos is all there will be.</summary>
    internal void Finish()
    {
        output.Finish();
        error?.Finish();
    }

    public void Dispose()
    {
        discarding = !started.Task.IsCompleted;
        input?.Close();
        started.TrySetResult();
        Finish();
        foreach (string path in new[] { InputPath, OutputPath, ErrorPath }.Where(path => path.Length > 0))
        {
            File.Delete(path);
        }
    }

    private static string Fifo(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            Files.MakeFifo(path, 0x180);
        }

        return path;
    }

    private StreamSpool? Spool(string path, StreamKind kind)
    {
        if (log is null)
        {
            return null;
        }

        var spool = new StreamSpool(path + SpoolSuffix);
        log.Take(kind, spool.Rest(log.Written(kind)));
        return spool;
    }

    private async Task CompleteAsync()
    {
        try
        {
            await Task.WhenAll(output.Ended, error?.Ended ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (SyscallException)
        {
            // What could not be read ends the stream like what was read.
        }

        if (log is not null)
        {
            log.Take(StreamKind.Input, default);

            // Before the position is: alone they would be taken for output that is not in the log.
            File.Delete(OutputPath + SpoolSuffix);
            File.Delete(ErrorPath + SpoolSuffix);
        }

        lock (gate)
        {
            drained = true;
            foreach (StreamListener listener in listeners)
            {
                listener.Complete();
            }

            listeners.Clear();
        }
    }

    private bool Receive(StreamKind kind, ReadOnlyMemory<byte> bytes)
    {
        if (discarding)
        {
            return true;
        }

        log?.Take(kind, bytes);
        lock (gate)
        {
            bool held = log?.Forwarder?.IsFull == true;
            if (listeners.Count == 0)
            {
                return !held;
            }

            byte[] copy = bytes.ToArray();
            bool full = false;
            foreach (StreamListener listener in listeners)
            {
                listener.Offer(kind, copy);
                full |= listener.IsFull;
            }

            return !full && !held;
        }
    }

    private void Resume()
    {
        if (!started.Task.IsCompleted)
        {
            return;
        }

        output.Resume();
        error?.Resume();
    }
}
