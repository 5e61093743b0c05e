using Google.Protobuf;
using Grpc.Core;
using Wharf.ContainerdApi.Content.V1;
using Wharf.ContainerdApi.Grpc;
using ContentApi = Wharf.ContainerdApi.Content.V1.Content;

namespace Wharf.Containerd.Tests.Rpc;

/// <summary>The gRPC client and server, against each other; the Go ones are met in tests/Interop.</summary>
public sealed class GrpcTests : IAsyncLifetime
{
    private readonly EchoContent service = new();
    private GrpcHost host = null!;
    private ContentApi.ContentClient client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await GrpcHost.StartAsync(binder => ContentApi.BindService(binder, service));
        client = new ContentApi.ContentClient(host.Client);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Calls_at_once_each_get_their_own_answer() =>
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
            Assert.Equal($"{number}", (await client.InfoAsync(new InfoRequest { Digest = $"{number}" }, cancellationToken: Token)).Info.Digest)));

    [Fact]
    public async Task Headers_of_the_client_and_of_the_call_arrive()
    {
        var named = new ContentApi.ContentClient(host.Client.With("containerd-namespace", "mine"));

        Assert.Equal("mine", (await named.InfoAsync(new InfoRequest(), cancellationToken: Token)).Info.Labels["namespace"]);
        Assert.Equal("other", (await client.InfoAsync(new InfoRequest(), new Grpc.Core.Metadata { { "containerd-namespace", "other" } }, cancellationToken: Token)).Info.Labels["namespace"]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1000, 10)]
    [InlineData(20, 1 << 20)]
    public async Task A_stream_arrives_whole_and_in_order(int count, int size)
    {
        using AsyncServerStreamingCall<ReadContentResponse> call = client.Read(new ReadContentRequest { Offset = count, Size = size }, cancellationToken: Token);
        for (int number = 0; number < count; number++)
        {
            Assert.True(await call.ResponseStream.MoveNext(Token));
            Assert.Equal((number, size), (call.ResponseStream.Current.Offset, call.ResponseStream.Current.Data.Length));
        }

        Assert.False(await call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_failure_after_a_stream_comes_after_all_of_it()
    {
        using AsyncServerStreamingCall<ReadContentResponse> call = client.Read(new ReadContentRequest { Offset = 3, Size = 5, Digest = "fail" }, cancellationToken: Token);
        for (int number = 0; number < 3; number++)
        {
            Assert.True(await call.ResponseStream.MoveNext(Token));
        }

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));
        Assert.Equal((StatusCode.OutOfRange, "after all of it"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task Both_sides_stream_in_turn()
    {
        using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call = client.Write(cancellationToken: Token);
        foreach (int size in new[] { 0, 1, 100_000, 4 << 20 })
        {
            await call.RequestStream.WriteAsync(new WriteContentRequest { Offset = 7, Data = ByteString.CopyFrom(new byte[size]) }, Token);
            Assert.True(await call.ResponseStream.MoveNext(Token));
            Assert.Equal(7 + size, call.ResponseStream.Current.Offset);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Token));
    }

    [Fact]
    public async Task A_server_that_ends_a_duplex_call_says_why_and_later_writes_fail()
    {
        using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call = client.Write(cancellationToken: Token);
        await call.RequestStream.WriteAsync(new WriteContentRequest { Ref = "fail" }, Token);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Token));
        Assert.Equal((StatusCode.Unavailable, "ref fail locked"), (error.StatusCode, error.Status.Detail));
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            while (true)
            {
                await call.RequestStream.WriteAsync(new WriteContentRequest { Data = ByteString.CopyFrom(new byte[1 << 20]) }, Token);
            }
        });
    }

    [Theory]
    [InlineData("fail", StatusCode.NotFound, "no \"blob\":\n50% of größe 😀")]
    [InlineData("defect", StatusCode.Unknown, "InvalidOperationException: a defect")]
    public async Task A_failure_carries_its_code_and_its_words(string digest, StatusCode code, string detail)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await client.InfoAsync(new InfoRequest { Digest = digest }, cancellationToken: Token));

        Assert.Equal((code, detail), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task A_deadline_ends_the_call_on_both_sides()
    {
        AsyncUnaryCall<InfoResponse> call = client.InfoAsync(new InfoRequest { Digest = "wait" }, deadline: DateTime.UtcNow.AddSeconds(3), cancellationToken: Token);
        await service.Waiting.Task.WaitAsync(Token);

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await service.Cancelled.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task A_client_that_cancels_ends_the_method()
    {
        using var limit = new CancellationTokenSource();
        AsyncUnaryCall<InfoResponse> call = client.InfoAsync(new InfoRequest { Digest = "wait" }, cancellationToken: limit.Token);
        await service.Waiting.Task.WaitAsync(Token);
        await limit.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await service.Cancelled.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task What_is_not_served_is_refused_in_the_words_of_the_Go_server()
    {
        RpcException method = await Assert.ThrowsAsync<RpcException>(async () => await client.StatusAsync(new StatusRequest(), cancellationToken: Token));
        RpcException service = await Assert.ThrowsAsync<RpcException>(async () => await new ContainerdApi.Leases.V1.Leases.LeasesClient(host.Client).ListAsync(new ContainerdApi.Leases.V1.ListRequest(), cancellationToken: Token));

        Assert.Equal(StatusCode.Unimplemented, method.StatusCode);
        Assert.Equal((StatusCode.Unimplemented, "unknown service containerd.services.leases.v1.Leases"), (service.StatusCode, service.Status.Detail));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_not_sent()
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await client.InfoAsync(new InfoRequest { Digest = new string('x', GrpcWire.LargestMessage) }, cancellationToken: Token));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        await client.InfoAsync(new InfoRequest(), cancellationToken: Token);
    }

    [Fact]
    public async Task A_server_that_dies_is_unavailable_and_names_its_socket()
    {
        AsyncUnaryCall<InfoResponse> call = client.InfoAsync(new InfoRequest { Digest = "wait" }, cancellationToken: Token);
        await service.Waiting.Task.WaitAsync(Token);
        await host.AbortAsync();

        RpcException waiting = await Assert.ThrowsAsync<RpcException>(async () => await call);
        RpcException next = await Assert.ThrowsAsync<RpcException>(async () => await client.InfoAsync(new InfoRequest(), cancellationToken: Token));

        Assert.Contains(waiting.StatusCode, new[] { StatusCode.Unavailable, StatusCode.Cancelled });
        Assert.Equal(StatusCode.Unavailable, next.StatusCode);
        Assert.Contains($"connect to \"{host.Socket}\"", next.Status.Detail, StringComparison.Ordinal);
    }
}
