using System.Net;
using System.Net.Sockets;
using Wharf.ContainerdApi.Content.V1;
using ContentApi = Wharf.ContainerdApi.Content.V1.Content;

namespace Wharf.Containerd.Tests.Rpc;

/// <summary>Requests that are no gRPC calls, and calls that are broken: each gets its answer, and the server goes on.</summary>
public sealed class GrpcGarbageTests : IAsyncLifetime
{
    private const string Info = "/containerd.services.content.v1.Content/Info";
    private GrpcHost host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await GrpcHost.StartAsync(binder => ContentApi.BindService(binder, new EchoContent()));

    public ValueTask DisposeAsync() => host.DisposeAsync();

    public static TheoryData<string, byte[], int> Frames => new()
    {
        { Info, [], 13 },
        { Info, [0, 0], 13 },
        { Info, [0, 0, 0, 0, 9, 1], 13 },
        { Info, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 13 },
        { Info, [0, 0, 0, 0, 2, 0xff, 0xff], 13 },
        { Info, [1, 0, 0, 0, 0], 12 },
        { Info, [0, 0xff, 0xff, 0xff, 0xff], 8 },
        { "/containerd.services.content.v1.Content/Nope", [0, 0, 0, 0, 0], 12 },
        { "/nope", [0, 0, 0, 0, 0], 12 },
        { "/", [0, 0, 0, 0, 0], 12 },
    };

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task A_broken_call_ends_with_its_status(string path, byte[] body, int status)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, path, body, "application/grpc");
        await response.Content.CopyToAsync(Stream.Null, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([$"{status}"], response.TrailingHeaders.GetValues("grpc-status"));
        await AssertAliveAsync();
    }

    [Fact]
    public async Task What_is_no_call_gets_an_http_status()
    {
        using HttpResponseMessage get = await SendAsync(HttpMethod.Get, Info, [], "application/grpc");
        using HttpResponseMessage json = await SendAsync(HttpMethod.Post, Info, [], "application/json");

        Assert.Equal((HttpStatusCode.MethodNotAllowed, HttpStatusCode.UnsupportedMediaType), (get.StatusCode, json.StatusCode));
        await AssertAliveAsync();
    }

    private async Task AssertAliveAsync() =>
        Assert.Equal("x", (await new ContentApi.ContentClient(host.Client).InfoAsync(new InfoRequest { Digest = "x" }, cancellationToken: Token)).Info.Digest);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[] body, string type)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(host.Socket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(method, "http://localhost" + path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(type);
        HttpResponseMessage response = await http.SendAsync(request, Token);
        await response.Content.LoadIntoBufferAsync(Token);
        return response;
    }
}
