using System.Net.Sockets;
using System.Text;

namespace Wharf.Ttrpc.Tests;

/// <summary>Calls of many messages, as ttrpc's PROTOCOL.md has them.</summary>
public sealed class StreamTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-ttrpc-").FullName;

    private string Path => System.IO.Path.Combine(folder, "s");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Messages_go_both_ways_while_calls_are_answered()
    {
        await using TtrpcServer server = Serve(async (request, stream, cancellation) =>
        {
            await stream.SendAsync(request.Payload);
            while (await stream.ReceiveAsync(cancellation) is { } message)
            {
                await stream.SendAsync([.. message, (byte)'!']);
            }

            return null;
        });
        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);
        TtrpcStream stream = await client.OpenAsync("s", "echo", "first"u8.ToArray(), more: true, Token);

        Assert.Equal("first", await TextAsync(stream));
        for (int number = 0; number < 300; number++)
        {
            await stream.SendAsync(Encoding.ASCII.GetBytes($"{number}"));
            Assert.Equal($"{number}!", await TextAsync(stream));
            Assert.Equal("call"u8.ToArray(), await client.CallAsync("s", "m", "call"u8.ToArray(), Token));
        }

        await stream.SendAsync([]);
        Assert.Equal("!", await TextAsync(stream));
        await stream.CloseSendAsync();
        Assert.Null(await stream.ReceiveAsync(Token));
    }

    [Fact]
    public async Task A_sum_of_what_is_sent_comes_as_one_answer_and_a_list_from_one_question()
    {
        await using TtrpcServer server = Serve(async (request, stream, cancellation) =>
        {
            if (request.Method == "list")
            {
                Assert.Null(await stream.ReceiveAsync(cancellation));
                foreach (byte one in request.Payload)
                {
                    await stream.SendAsync([one]);
                }

                return null;
            }

            int sum = request.Payload[0];
            while (await stream.ReceiveAsync(cancellation) is [var one])
            {
                sum += one;
            }

            return [(byte)sum];
        });
        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);
        TtrpcStream sum = await client.OpenAsync("s", "sum", [1], more: true, Token), list = await client.OpenAsync("s", "list", [7, 8], more: false, Token);

        await sum.SendAsync([2]);
        Assert.Equal([7], await list.ReceiveAsync(Token));
        await sum.SendAsync([3]);
        await sum.CloseSendAsync();
        Assert.Equal([8], await list.ReceiveAsync(Token));
        Assert.Null(await list.ReceiveAsync(Token));
        Assert.Equal([6], await sum.ReceiveAsync(Token));
        Assert.Null(await sum.ReceiveAsync(Token));
    }

    [Fact]
    public async Task A_failure_ends_it_with_its_status_and_so_does_the_loss_of_the_connection()
    {
        TtrpcServer server = Serve(async (request, stream, cancellation) => request.Method == "fail"
            ? throw new TtrpcException(TtrpcStatus.FailedPrecondition, "not so")
            : await stream.ReceiveAsync(cancellation));
        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);

        TtrpcStream failed = await client.OpenAsync("s", "fail", [], more: true, Token);
        Assert.Equal((TtrpcStatus.FailedPrecondition, "not so"), await FailureAsync(failed));
        TtrpcStream lost = await client.OpenAsync("s", "wait", [], more: true, Token);
        Assert.Equal("call"u8.ToArray(), await client.CallAsync("s", "m", "call"u8.ToArray(), Token));
        await server.DisposeAsync();
        Assert.Equal(TtrpcStatus.Unavailable, (await FailureAsync(lost)).Status);
    }

    [Fact]
    public async Task Frames_have_the_flags_of_the_protocol()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);
        using Socket server = await listener.AcceptAsync(Token);
        await using var wire = new NetworkStream(server, ownsSocket: false);

        TtrpcStream stream = await client.OpenAsync("s", "m", [], more: true, Token);
        await stream.SendAsync([9]);
        await stream.CloseSendAsync();
        _ = await client.OpenAsync("s", "m", [], more: false, Token);

        Assert.Equal((1u, FrameType.Request, (byte)2), await NextAsync(wire));
        Assert.Equal((1u, FrameType.Data, (byte)0), await NextAsync(wire));
        Assert.Equal((1u, FrameType.Data, (byte)5), await NextAsync(wire));
        Assert.Equal((3u, FrameType.Request, (byte)1), await NextAsync(wire));
    }

    private TtrpcServer Serve(Func<TtrpcRequest, TtrpcStream, CancellationToken, Task<byte[]?>> streams) =>
        new(Path, (request, _) => Task.FromResult(request.Payload), streams);

    private static async Task<string> TextAsync(TtrpcStream stream) => Encoding.ASCII.GetString(await stream.ReceiveAsync(Token) ?? throw new InvalidOperationException("the end"));

    private static async Task<(TtrpcStatus Status, string Message)> FailureAsync(TtrpcStream stream)
    {
        TtrpcException error = await Assert.ThrowsAsync<TtrpcException>(() => stream.ReceiveAsync(Token));
        return (error.Status, error.Message);
    }

    private static async Task<(uint, FrameType, byte)> NextAsync(NetworkStream wire)
    {
        byte[] header = new byte[FrameHeader.Size];
        await wire.ReadExactlyAsync(header, Token);
        FrameHeader read = FrameHeader.Read(header);
        await wire.ReadExactlyAsync(new byte[read.Length], Token);
        return (read.Stream, read.Type, read.Flags);
    }
}
