using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Wharf.Daemon.Stdio;

/// <summary>One who listens to a process. What it has not taken yet is kept; when that is much, the process is held back.</summary>
internal sealed class StreamListener(Action takesMore)
{
    // docker's limit for what waits between a process and its client.
    private const int Full = 1_000_000;
    private readonly Channel<(StreamKind Kind, byte[] Bytes)> queue = Channel.CreateUnbounded<(StreamKind, byte[])>(new UnboundedChannelOptions { SingleReader = true });
    private long waiting;

    internal bool IsFull => Interlocked.Read(ref waiting) > Full;

    internal void Offer(StreamKind kind, byte[] bytes)
    {
        Interlocked.Add(ref waiting, bytes.Length);
        queue.Writer.TryWrite((kind, bytes));
    }

    internal void Complete() => queue.Writer.TryComplete();

    internal async IAsyncEnumerable<(StreamKind Kind, byte[] Bytes)> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach ((StreamKind kind, byte[] bytes) in queue.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            long left = Interlocked.Add(ref waiting, -bytes.Length);
            if (left <= Full / 2 && left + bytes.Length > Full / 2)
            {
                takesMore();
            }

            yield return (kind, bytes);
        }
    }
}
