using Wharf.Daemon.Logs.Targets;

namespace Wharf.Daemon.Logs;

/// <summary>
/// Sends a container's lines to another program, in order, from a queue of its own. When that takes them too slowly, or not at all, the
/// container is held back once the queue is full (mode blocking), or the oldest lines go (mode non-blocking); nobody else waits for it.
/// </summary>
internal sealed class LogForwarder : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);
    private readonly Lock gate = new();
    private readonly Queue<LogEntry> queue = new();
    private readonly SemaphoreSlim filled = new(0);
    private readonly CancellationTokenSource ending = new();
    private readonly ILogTarget target;
    private readonly long capacity;
    private readonly bool drops;
    private readonly Task sending;
    private long waiting;
    private bool closed;
    private bool reported;

    /// <param name="target">Owned from now on.</param>
    /// <param name="capacity">Bytes that may wait.</param>
    /// <param name="drops">Whether the oldest lines go when the queue is full.</param>
    internal LogForwarder(ILogTarget target, long capacity, bool drops)
    {
        this.target = target;
        this.capacity = capacity;
        this.drops = drops;
        sending = Task.Run(() => SendAsync(ending.Token));
    }

    /// <summary>The container has to wait.</summary>
    internal bool IsFull => !drops && Interlocked.Read(ref waiting) > capacity;

    /// <summary>Called when there is room again.</summary>
    internal Action? TakesMore { get; set; }

    internal void Offer(LogEntry entry)
    {
        lock (gate)
        {
            if (closed)
            {
                return;
            }

            queue.Enqueue(entry);
            Interlocked.Add(ref waiting, entry.Text.Length + 1);
            while (drops && waiting > capacity && queue.Count > 1)
            {
                Interlocked.Add(ref waiting, -queue.Dequeue().Text.Length - 1);
            }
        }

        filled.Release();
    }

    /// <summary>What waits is sent if that can be done soon.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            closed = true;
        }

        filled.Release();
        ending.CancelAfter(Farewell);
        await sending.ConfigureAwait(false);
        await target.DisposeAsync().ConfigureAwait(false);
        ending.Dispose();
        filled.Dispose();
    }

    private LogEntry? Take()
    {
        lock (gate)
        {
            return queue.TryPeek(out LogEntry? entry) ? entry : null;
        }
    }

    private void Done(LogEntry entry)
    {
        bool full = IsFull;
        lock (gate)
        {
            // It may have been dropped while it was sent.
            if (queue.TryPeek(out LogEntry? first) && ReferenceEquals(first, entry))
            {
                queue.Dequeue();
                Interlocked.Add(ref waiting, -entry.Text.Length - 1);
            }
        }

        if (full && !IsFull)
        {
            TakesMore?.Invoke();
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        TimeSpan pause = FirstPause;
        try
        {
            while (true)
            {
                await filled.WaitAsync(cancellation).ConfigureAwait(false);
                while (Take() is { } entry)
                {
                    try
                    {
                        await target.SendAsync(entry, cancellation).ConfigureAwait(false);
                        Done(entry);
                        (pause, reported) = (FirstPause, false);
                    }
                    catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException or InvalidOperationException)
                    {
                        if (!reported)
                        {
                            reported = true;
                            await Console.Error.WriteLineAsync($"wharfd: send log to {target.Place}: {error.Message}").ConfigureAwait(false);
                        }

                        await Task.Delay(pause, cancellation).ConfigureAwait(false);
                        pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    }
                }

                lock (gate)
                {
                    if (closed && queue.Count == 0)
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The time for a farewell is over: what is left is in the log file.
        }
    }
}
