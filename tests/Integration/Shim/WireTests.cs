using System.Net.Sockets;
using Wharf.Ttrpc;

namespace Wharf.Integration.Shim;

/// <summary>What a client may send on a connection, and what it gets.</summary>
public sealed class WireTests
{
    [Fact]
    public async Task A_deadline_ends_a_call_that_waits_and_the_connection_goes_on()
    {
        await using var shim = new ShimPod("sleep", "1000");
        await shim.StartAsync();
        await shim.CreateAsync();
        using Socket socket = await ConnectAsync(shim);

        byte[] id = new ProtoWriter().Text(1, shim.Id).ToArray();
        await socket.SendAsync(new TtrpcRequest("containerd.task.v2.Task", "Wait", id, TimeoutNanoseconds: 20_000_000).Frame(1));
        Assert.Equal((1u, TtrpcStatus.DeadlineExceeded), await AnswerAsync(socket));
        await socket.SendAsync(new TtrpcRequest("containerd.task.v2.Task", "Connect", id).Frame(3));
        Assert.Equal((3u, TtrpcStatus.Ok), await AnswerAsync(socket));
    }

    [Fact]
    public async Task A_message_above_the_limit_is_refused_alone()
    {
        await using var shim = new ShimPod("true");
        await shim.StartAsync();
        using Socket socket = await ConnectAsync(shim);

        byte[] header = new byte[FrameHeader.Size];
        new FrameHeader(FrameHeader.LengthLimit + 1, 1, FrameType.Request, 0).Write(header);
        await socket.SendAsync(header);
        await socket.SendAsync(new byte[FrameHeader.LengthLimit + 1]);
        Assert.Equal((1u, TtrpcStatus.ResourceExhausted), await AnswerAsync(socket));
        await socket.SendAsync(new TtrpcRequest("containerd.task.v2.Task", "Connect", []).Frame(3));
        Assert.Equal((3u, TtrpcStatus.Ok), await AnswerAsync(socket));
    }

    [Fact]
    public async Task Streams_have_odd_numbers_that_grow_and_metadata_and_stray_data_are_passed_over()
    {
        await using var shim = new ShimPod("true");
        await shim.StartAsync();
        using Socket socket = await ConnectAsync(shim);
        byte[] request = new ProtoWriter()
            .Text(1, "containerd.task.v2.Task")
            .Text(2, "Connect")
            .Message(5, new ProtoWriter().Text(1, "containerd-namespace-ttrpc").Text(2, shim.Namespace))
            .ToArray();

        await socket.SendAsync(TtrpcFrame.Of(5, FrameType.Data, [1, 2, 3]));
        await socket.SendAsync(TtrpcFrame.Of(5, FrameType.Request, request));
        Assert.Equal((5u, TtrpcStatus.Ok), await AnswerAsync(socket));
        await socket.SendAsync(TtrpcFrame.Of(6, FrameType.Request, request));
        Assert.Equal((6u, TtrpcStatus.InvalidArgument), await AnswerAsync(socket));
        await socket.SendAsync(TtrpcFrame.Of(3, FrameType.Request, request));
        Assert.Equal((3u, TtrpcStatus.InvalidArgument), await AnswerAsync(socket));
        await socket.SendAsync(TtrpcFrame.Of(7, FrameType.Request, [0xff]));
        Assert.Equal(0, await socket.ReceiveAsync(new byte[10]));

        // Its own connection alone.
        await shim.CallAsync("containerd.task.v2.Task", "Connect", []);
    }

    private static async Task<Socket> ConnectAsync(ShimPod shim)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(shim.Socket));
        return socket;
    }

    private static async Task<(uint Stream, TtrpcStatus Status)> AnswerAsync(Socket socket)
    {
        var frames = new FrameBuffer();
        byte[] buffer = new byte[4096];
        FrameHeader header;
        byte[] message;
        while (!frames.TryTake(out header, out message))
        {
            int count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromMinutes(1));
            Assert.NotEqual(0, count);
            frames.Append(buffer.AsSpan(0, count));
        }

        return (header.Stream, TtrpcResponse.Decode(message).Status);
    }
}
