using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>One connection: requests in, responses out; what the peer does not take at once waits here.</summary>
internal sealed class TtrpcConnection
{
    private readonly EventLoop loop;
    private readonly FileDescriptor socket;
    private readonly TaskService service;
    private readonly ShimLog log;
    private readonly FrameBuffer frames = new();
    private readonly Queue<byte[]> unsent = new();
    private int offset;
    private bool closed;

    internal TtrpcConnection(EventLoop loop, FileDescriptor socket, TaskService service, ShimLog log)
    {
        this.loop = loop;
        this.socket = socket;
        this.service = service;
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

        byte[] buffer = new byte[4096];
        try
        {
            int? count = Files.TryRead(socket, buffer, "ttrpc");
            if (count == 0)
            {
                Close();
                return;
            }

            frames.Append(buffer.AsSpan(0, count ?? 0));
            while (!closed && frames.TryTake(out FrameHeader header, out byte[] message))
            {
                if (header.Type == FrameType.Request)
                {
                    Handle(header.Stream, message);
                }
            }
        }
        catch (Exception error) when (error is SyscallException or TtrpcException)
        {
            log.Warning($"ttrpc connection: {error.Message}");
            Close();
        }
    }

    private void Handle(uint stream, byte[] message)
    {
        TtrpcRequest request = TtrpcRequest.Decode(message);
        service.Call(request, response => Send(response.Frame(stream)));
    }

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
                    loop.Change(socket, Readiness.Input | Readiness.Output);
                    return;
                }

                offset += count.Value;
                if (offset == frame.Length)
                {
                    unsent.Dequeue();
                    offset = 0;
                }
            }

            loop.Change(socket, Readiness.Input);
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
            loop.Remove(socket);
            socket.Dispose();
        }
    }
}
