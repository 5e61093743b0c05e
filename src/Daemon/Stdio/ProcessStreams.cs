using System.Threading.Channels;
using Wharf.Linux;

namespace Wharf.Daemon.Stdio;

/// <summary>
/// The fifos of one process and all who listen. A listener that is slow loses nothing: it holds the process back only when its
/// own queue has grown beyond bounds, when it is let go.
/// </summary>
internal sealed class ProcessStreams : IDisposable
{
    private const int QueueLimit = 16 * 1024;
    private readonly Lock gate = new();
    private readonly List<Channel<(StreamKind Kind, byte[] Bytes)>> listeners = [];
    private readonly FifoReader? output;
    private readonly FifoReader? error;
    private readonly Action<StreamKind, ReadOnlyMemory<byte>>? record;
    private FileDescriptor? input;

    /// <summary>Opens the fifos below a folder, which are made when they are missing.</summary>
    internal ProcessStreams(DescriptorLoop loop, string folder, string name, bool terminal, bool takesInput, Action<StreamKind, ReadOnlyMemory<byte>>? record)
    {
        this.record = record;
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        OutputPath = Fifo(folder, name + "-stdout");
        output = new FifoReader(loop, OutputPath, bytes => Receive(StreamKind.Output, bytes));
        if (!terminal)
        {
            ErrorPath = Fifo(folder, name + "-stderr");
            error = new FifoReader(loop, ErrorPath, bytes => Receive(StreamKind.Error, bytes));
        }

        if (takesInput)
        {
            InputPath = Fifo(folder, name + "-stdin");

            // Both ways, so that opening does not wait for the container.
            input = Files.Open(InputPath, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
        }

        _ = CompleteAsync();
    }

    internal string InputPath { get; } = "";

    internal string OutputPath { get; }

    internal string ErrorPath { get; } = "";

    /// <summary>All output has been read and handed on.</summary>
    internal Task Drained { get; private set; } = Task.CompletedTask;

    internal ChannelReader<(StreamKind Kind, byte[] Bytes)> Listen()
    {
        var channel = Channel.CreateBounded<(StreamKind, byte[])>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
        lock (gate)
        {
            if (Drained.IsCompleted)
            {
                channel.Writer.Complete();
            }
            else
            {
                listeners.Add(channel);
            }
        }

        return channel.Reader;
    }

    internal void Leave(ChannelReader<(StreamKind Kind, byte[] Bytes)> reader)
    {
        lock (gate)
        {
            listeners.RemoveAll(channel => channel.Reader == reader);
        }
    }

    /// <summary>Writes to the process; waits while its fifo is full. False when it takes no more input.</summary>
    internal async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (bytes.Length > 0)
        {
            int? written;
            lock (gate)
            {
                if (input is null)
                {
                    return false;
                }

                written = Files.TryWrite(input, bytes.Span[..Math.Min(bytes.Length, 4096)], InputPath);
            }

            if (written is null)
            {
                await Task.Delay(2, cancellation).ConfigureAwait(false);
                continue;
            }

            bytes = bytes[written.Value..];
        }

        return true;
    }

    internal void CloseInput()
    {
        lock (gate)
        {
            input?.Dispose();
            input = null;
        }
    }

    /// <summary>The process is known to have ended: what is in the fifos is all there will be.</summary>
    internal void Finish()
    {
        output?.Finish();
        error?.Finish();
    }

    public void Dispose()
    {
        CloseInput();
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

    private async Task CompleteAsync()
    {
        Task both = Task.WhenAll(output!.Ended, error?.Ended ?? Task.CompletedTask);
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Drained = drained.Task;
        try
        {
            await both.ConfigureAwait(false);
        }
        catch (SyscallException)
        {
            // What could not be read ends the stream like what was read.
        }

        record?.Invoke(StreamKind.Input, default);
        lock (gate)
        {
            drained.SetResult();
            foreach (Channel<(StreamKind, byte[])> channel in listeners)
            {
                channel.Writer.TryComplete();
            }

            listeners.Clear();
        }
    }

    private void Receive(StreamKind kind, ReadOnlyMemory<byte> bytes)
    {
        record?.Invoke(kind, bytes);
        lock (gate)
        {
            if (listeners.Count == 0)
            {
                return;
            }

            byte[] copy = bytes.ToArray();
            foreach (Channel<(StreamKind, byte[])> channel in listeners.ToArray())
            {
                if (!channel.Writer.TryWrite((kind, copy)))
                {
                    channel.Writer.TryComplete();
                    listeners.Remove(channel);
                }
            }
        }
    }
}
