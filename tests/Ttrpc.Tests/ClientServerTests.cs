using System.Net.Sockets;
using System.Text;

namespace Wharf.Ttrpc.Tests;

public sealed class ClientServerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-ttrpc-").FullName;

    private string Path => System.IO.Path.Combine(folder, "s");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Calls_at_once_each_get_their_own_answer()
    {
        await using var server = new TtrpcServer(Path, (request, _) => Task.FromResult(request.Payload));
        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            byte[] sent = Encoding.ASCII.GetBytes($"{number}");
            Assert.Equal(sent, await client.CallAsync("s", "m", sent, Token));
        }));
    }

    [Fact]
    public async Task Calls_at_once_are_sent_in_the_order_of_their_numbers()
    {
        const int calls = 2000;
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);
        using Socket server = await listener.AcceptAsync(Token);
        Task[] waiting = [.. Enumerable.Range(0, calls).Select(_ => Task.Run(() => client.CallAsync("s", "m", [], Token), Token))];

        var numbers = new List<uint>();
        await using (var stream = new NetworkStream(server, ownsSocket: false))
        {
            byte[] header = new byte[FrameHeader.Size];
            while (numbers.Count < calls)
            {
                await stream.ReadExactlyAsync(header, Token);
                FrameHeader read = FrameHeader.Read(header);
                await stream.ReadExactlyAsync(new byte[read.Length], Token);
                numbers.Add(read.Stream);
            }
        }

        Assert.Equal(Enumerable.Range(0, calls).Select(number => (uint)((2 * number) + 1)), numbers);
        server.Dispose();
        await Assert.ThrowsAsync<TtrpcException>(() => Task.WhenAll(waiting));
    }

    [Fact]
    public async Task A_refusal_carries_its_status()
    {
        await using var server = new TtrpcServer(Path, (_, _) => throw new TtrpcException(TtrpcStatus.NotFound, "no such thing"));
        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);
        TtrpcException error = await Assert.ThrowsAsync<TtrpcException>(() => client.CallAsync("s", "m", [], Token));
        Assert.Equal((TtrpcStatus.NotFound, "no such thing"), (error.Status, error.Message));
    }

    [Fact]
    public async Task A_message_is_as_long_as_the_limit_and_no_longer()
    {
        await using var server = new TtrpcServer(Path, (request, _) => Task.FromResult(request.Payload));
        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);
        byte[] sent = new byte[FrameHeader.LengthLimit - 100];
        Assert.Equal(sent.Length, (await client.CallAsync("s", "m", sent, Token)).Length);
        TtrpcException error = await Assert.ThrowsAsync<TtrpcException>(() => client.CallAsync("s", "m", new byte[FrameHeader.LengthLimit], Token));
        Assert.Equal(TtrpcStatus.ResourceExhausted, error.Status);
        Assert.Equal([1], await client.CallAsync("s", "m", [1], Token));
    }

    [Fact]
    public async Task The_end_of_the_connection_ends_calls_that_wait()
    {
        var server = new TtrpcServer(Path, async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return [];
        });
        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);
        Task<byte[]> call = client.CallAsync("s", "m", [], Token);
        await server.DisposeAsync();
        Assert.Equal(TtrpcStatus.Unavailable, (await Assert.ThrowsAsync<TtrpcException>(() => call)).Status);
        await client.Closed;
        Assert.Equal(TtrpcStatus.Unavailable, (await Assert.ThrowsAsync<TtrpcException>(() => client.CallAsync("s", "m", [], Token))).Status);
    }

    [Fact]
    public async Task Nobody_there_is_unavailable() =>
        Assert.Equal(TtrpcStatus.Unavailable, (await Assert.ThrowsAsync<TtrpcException>(() => TtrpcClient.ConnectAsync(Path, Token))).Status);

    [Fact]
    public async Task Garbage_ends_its_own_connection_only()
    {
        await using var server = new TtrpcServer(Path, (request, _) => Task.FromResult(request.Payload));
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), Token);
            await socket.SendAsync(Enumerable.Repeat((byte)0xff, 100).ToArray(), SocketFlags.None, Token);
            Assert.Equal(0, await socket.ReceiveAsync(new byte[10], SocketFlags.None, Token));
        }

        await using TtrpcClient client = await TtrpcClient.ConnectAsync(Path, Token);
        Assert.Equal([1], await client.CallAsync("s", "m", [1], Token));
    }
}
