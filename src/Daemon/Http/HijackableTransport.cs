using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Wharf.Daemon.Http;

/// <summary>
/// A connection whose bytes can be taken from under the HTTP server, as Go's Hijacker does: Kestrel's own upgrade refuses a
/// request with a body, and drops output once the client has closed its half. After <see cref="Hijack"/> the server writes into
/// nothing and reads the end.
/// </summary>
internal sealed class HijackableTransport(IDuplexPipe inner) : IDuplexPipe
{
    private readonly SwitchableReader input = new(inner.Input);
    private readonly SwitchableWriter output = new(inner.Output);

    public PipeReader Input => input;

    public PipeWriter Output => output;

    internal static Func<ConnectionDelegate, ConnectionDelegate> Middleware { get; } = next => async connection =>
    {
        var transport = new HijackableTransport(connection.Transport);
        connection.Transport = transport;
        connection.Features.Set(transport);

        // A client that closes its half ends the connection for Kestrel, and with it all output. Of one that was taken it hears nothing.
        using var closed = new CancellationTokenSource();
        using CancellationTokenRegistration told = connection.ConnectionClosed.Register(() =>
        {
            if (!transport.Taken)
            {
                closed.Cancel();
            }
        });
        connection.ConnectionClosed = closed.Token;
        await next(connection).ConfigureAwait(false);
    };

    internal bool Taken { get; private set; }

    /// <summary>The raw pipes, from the byte after the request on; the caller completes nothing.</summary>
    internal (PipeReader Input, PipeWriter Output) Hijack()
    {
        Taken = true;
        input.Taken = true;
        output.Taken = true;
        return (inner.Input, inner.Output);
    }

    private sealed class SwitchableReader(PipeReader inner) : PipeReader
    {
        internal bool Taken { get; set; }

        public override void AdvanceTo(SequencePosition consumed)
        {
            if (!Taken)
            {
                inner.AdvanceTo(consumed);
            }
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            if (!Taken)
            {
                inner.AdvanceTo(consumed, examined);
            }
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            Taken ? ValueTask.FromResult(new ReadResult(default, isCanceled: false, isCompleted: true)) : inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result)
        {
            if (Taken)
            {
                result = new ReadResult(default, isCanceled: false, isCompleted: true);
                return true;
            }

            return inner.TryRead(out result);
        }
    }

    private sealed class SwitchableWriter(PipeWriter inner) : PipeWriter
    {
        private byte[] nowhere = [];

        internal bool Taken { get; set; }

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => Taken ? 0 : inner.UnflushedBytes;

        public override void Advance(int bytes)
        {
            if (!Taken)
            {
                inner.Advance(bytes);
            }
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            Taken ? ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: false)) : inner.FlushAsync(cancellationToken);

        public override Memory<byte> GetMemory(int sizeHint = 0) => Taken ? Nowhere(sizeHint) : inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => Taken ? Nowhere(sizeHint) : inner.GetSpan(sizeHint);

        private byte[] Nowhere(int sizeHint) => nowhere.Length >= Math.Max(sizeHint, 1) ? nowhere : nowhere = new byte[Math.Max(sizeHint, 4096)];
    }
}
