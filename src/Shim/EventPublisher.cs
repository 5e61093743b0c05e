using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>
/// Sends events to containerd in order, one at a time, each until it is acknowledged: while containerd is away they wait here.
/// </summary>
internal sealed class EventPublisher(EventLoop loop, string address, string containerdNamespace, ShimLog log)
{
    private const int RetryMilliseconds = 250;
    private readonly Queue<byte[]> waiting = new();
    private Action? idle;
    private FrameBuffer frames = new();
    private FileDescriptor? connection;
    private uint stream = 1;
    private bool sent;
    private bool retrying;

    /// <summary>Runs the action once everything has been told, now if it has.</summary>
    internal void WhenTold(Action action)
    {
        idle += action;
        Hurry();
    }

    /// <summary>containerd has called, so it is back: what waits is not kept waiting.</summary>
    internal void Hurry()
    {
        retrying = false;
        SendNext();
    }

    internal void Publish(string topic, string type, ProtoWriter message)
    {
        if (address.Length == 0)
        {
            // Started by hand: nobody listens.
            return;
        }

        byte[] envelope = new ProtoWriter()
            .Time(1, DateTimeOffset.UtcNow)
            .Text(2, containerdNamespace)
            .Text(3, topic)
            .Any(4, type, message.ToArray())
            .ToArray();
        waiting.Enqueue(new ProtoWriter().Message(1, envelope).ToArray());
        SendNext();
    }

    private void SendNext()
    {
        if (waiting.Count == 0)
        {
            Action? told = idle;
            idle = null;
            told?.Invoke();
            return;
        }

        if (sent || retrying)
        {
            return;
        }

        try
        {
            connection ??= Connect();
            byte[] frame = new TtrpcRequest("containerd.services.events.ttrpc.v1.Events", "Forward", waiting.Peek()).Frame(stream);
            stream += 2;
            Files.Write(connection, frame, address);
            sent = true;
        }
        catch (SyscallException)
        {
            Retry();
        }
    }

    private FileDescriptor Connect()
    {
        FileDescriptor socket = UnixSockets.Connect(address.StartsWith("unix://", StringComparison.Ordinal) ? address["unix://".Length..] : address);
        frames = new FrameBuffer();
        loop.Add(socket, Readiness.Input, _ => Receive());
        return socket;
    }

    private void Receive()
    {
        Span<byte> buffer = stackalloc byte[1024];
        try
        {
            int? count = Files.TryRead(connection!, buffer, address);
            if (count == 0)
            {
                Retry();
                return;
            }

            frames.Append(buffer[..(count ?? 0)]);
        }
        catch (SyscallException)
        {
            Retry();
            return;
        }

        while (sent && frames.TryTake(out FrameHeader header, out byte[] message))
        {
            if (header.Type == FrameType.Response)
            {
                Acknowledge(TtrpcResponse.Decode(message));
            }
        }

        SendNext();
    }

    private void Acknowledge(TtrpcResponse response)
    {
        if (response.Status is TtrpcStatus.Unavailable or TtrpcStatus.ResourceExhausted or TtrpcStatus.Aborted)
        {
            // It is there and not ready yet.
            Retry();
            return;
        }

        sent = false;
        waiting.Dequeue();
        if (response.Status != TtrpcStatus.Ok)
        {
            log.Warning($"event refused by containerd: {response.Message}");
        }
    }

    private void Retry()
    {
        if (connection is not null)
        {
            loop.Remove(connection);
            connection.Dispose();
            connection = null;
        }

        sent = false;
        if (!retrying)
        {
            retrying = true;
            loop.After(RetryMilliseconds, () =>
            {
                retrying = false;
                SendNext();
            });
        }
    }
}
