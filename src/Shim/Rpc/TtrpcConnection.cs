using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim.Rpc;

/// <summary>One connection: requests in, responses out; what the peer does not take at once waits here.</summary>
internal sealed class TtrpcConnection
{
    private const int UnsentLimit = 256;
    private readonly EventLoop loop;
    private readonly FileDescriptor socket;
    private readonly ServiceTable services;
    private readonly ShimLog log;
    private readonly FrameBuffer frames = new();
    private readonly Queue<byte[]> unsent = new();
    private readonly List<PendingCall> waiting = [];
    private int offset;
    private uint last;
    private bool blocked;
    private bool closed;

    internal TtrpcConnection(EventLoop loop, FileDescriptor socket, ServiceTable services, ShimLog log)
    {
        this.loop = loop;
        this.socket = socket;
        this.services = services;
        this.log = log;
        loop.Add(socket, Readiness.Input, Ready);
    }

    private void Ready(Readiness readiness)
    {
        if (readiness.HasFlag(Readiness.Output))
        {
            Flush();
        }

        if (closed || (readiness & (Readiness.Input | Readiness.HangUp | Readiness.Error)) == 0)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[4096];
        try
        {
            int? count = Files.TryRead(socket, buffer, "ttrpc");
            if (count == 0)
            {
                Close();
                return;
            }

            frames.Append(buffer[..(count ?? 0)]);
            while (!closed && frames.TryTake(out FrameHeader header, out byte[] message))
            {
                // Data of a stream that no method here has is passed over.
                if (header.Type == FrameType.Request)
                {
                    Handle(header, message);
                }
            }
        }
        catch (Exception error) when (error is SyscallException or TtrpcException)
        {
            log.Warning($"ttrpc connection: {error.Message}");
            Close();
        }
    }

    private void Handle(FrameHeader header, byte[] message)
    {
        if (Refusal(header) is { } refusal)
        {
            Send(TtrpcResponse.Of(refusal).Frame(header.Stream));
            return;
        }

        last = header.Stream;
        var call = new PendingCall(TtrpcRequest.Decode(message), response => Send(response.Frame(header.Stream)));
        // Every failure of it becomes its answer.
        _ = services.CallAsync(call);
        if (call.Done)
        {
            return;
        }

        waiting.RemoveAll(one => one.Done);
        waiting.Add(call);
        if (call.Request.TimeoutNanoseconds > 0)
        {
            long milliseconds = Math.Min(call.Request.TimeoutNanoseconds / 1_000_000, int.MaxValue);
            loop.After((int)milliseconds, () => call.Expire());
        }
    }

    private TtrpcException? Refusal(FrameHeader header) =>
        header.IsTooLong ? TtrpcException.TooLong(header.Length)
            : header.Stream % 2 == 0 ? new TtrpcException(TtrpcStatus.InvalidArgument, "StreamID must be odd for client initiated streams")
            : header.Stream <= last ? new TtrpcException(TtrpcStatus.InvalidArgument, "StreamID cannot be re-used and must increment")
            : null;

    private void Send(byte[] frame)
    {
        if (closed)
        {
            return;
        }

        unsent.Enqueue(frame);
        if (unsent.Count == 1)
        {
            Flush();
        }
    }

    private void Flush()
    {
        try
        {
            while (unsent.TryPeek(out byte[]? frame))
            {
                int? count = Files.TryWrite(socket, frame.AsSpan(offset), "ttrpc");
                if (count is null)
                {
                    // From a peer that asks and takes no answers nothing more is read.
                    blocked = true;
                    loop.Change(socket, unsent.Count > UnsentLimit ? Readiness.Output : Readiness.Input | Readiness.Output);
                    return;
                }

                offset += count.Value;
                if (offset == frame.Length)
                {
                    unsent.Dequeue();
                    offset = 0;
                }
            }

            if (blocked)
            {
                blocked = false;
                loop.Change(socket, Readiness.Input);
            }
        }
        catch (SyscallException error)
        {
            log.Warning($"ttrpc connection: {error.Message}");
            Close();
        }
    }

    private void Close()
    {
        if (!closed)
        {
            closed = true;
            waiting.ForEach(call => call.Abandon());
            waiting.Clear();
            loop.Remove(socket);
            socket.Dispose();
        }
    }
}
