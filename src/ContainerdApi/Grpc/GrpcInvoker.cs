using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Wharf.ContainerdApi.Tracing;

namespace Wharf.ContainerdApi.Grpc;

/// <summary>
/// Makes the calls of generated clients over a unix socket. Connections are made, and made again, when they are needed. What differs
/// by message type is kept to a few small classes: docs/decisions/0009.
/// </summary>
public sealed class GrpcInvoker : CallInvoker, IDisposable
{
    private const int StreamWindow = 1 << 20;
    private readonly HttpMessageInvoker http;
    private readonly string socketPath;
    private readonly IReadOnlyList<KeyValuePair<string, string>> headers;

    /// <param name="socketPath">Where the server listens.</param>
    public GrpcInvoker(string socketPath)
        : this(new HttpMessageInvoker(Handler(socketPath)), socketPath, [])
    {
    }

    private GrpcInvoker(HttpMessageInvoker http, string socketPath, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        this.http = http;
        this.socketPath = socketPath;
        this.headers = headers;
    }

    /// <summary>Makes calls over the same connections with one more header. Only the first invoker is disposed.</summary>
    public GrpcInvoker With(string name, string value) => new(http, socketPath, [.. headers, new(name, value)]);

    public void Dispose() => http.Dispose();

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var reply = new TypedReply<TResponse>(method.ResponseMarshaller);
        GrpcExchange exchange = Begin(method.FullName, options, new OneMessage(request));
        _ = exchange.AnswerAsync(reply);
        return new AsyncUnaryCall<TResponse>(reply.Task, exchange.Headers, () => exchange.Status, () => exchange.Trailers, exchange.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        GrpcExchange exchange = Begin(method.FullName, options, new OneMessage(request));
        return new AsyncServerStreamingCall<TResponse>(new ReplyStream<TResponse>(exchange, method.ResponseMarshaller), exchange.Headers, () => exchange.Status, () => exchange.Trailers, exchange.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var messages = new ManyMessages();
        var reply = new TypedReply<TResponse>(method.ResponseMarshaller);
        GrpcExchange exchange = Begin(method.FullName, options, messages);
        _ = exchange.AnswerAsync(reply);
        return new AsyncClientStreamingCall<TRequest, TResponse>(new RequestWriter<TRequest>(messages), reply.Task, exchange.Headers, () => exchange.Status, () => exchange.Trailers, exchange.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var messages = new ManyMessages();
        GrpcExchange exchange = Begin(method.FullName, options, messages);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            new RequestWriter<TRequest>(messages),
            new ReplyStream<TResponse>(exchange, method.ResponseMarshaller),
            exchange.Headers,
            () => exchange.Status,
            () => exchange.Trailers,
            exchange.Dispose);
    }

    /// <summary>A thread that waits for a daemon is a defect here; every caller can await.</summary>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw new NotSupportedException($"{method.FullName}: use the call that is awaited");

    private static SocketsHttpHandler Handler(string socketPath) => new()
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
        EnableMultipleHttp2Connections = true,
        InitialHttp2StreamWindowSize = StreamWindow,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        AutomaticDecompression = DecompressionMethods.None,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,

        // The headers of a trace are written once, below.
        ActivityHeadersPropagator = null,
    };

    private GrpcExchange Begin(string path, CallOptions options, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost" + path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.TryAddWithoutValidation("content-type", GrpcWire.ContentType);
        request.Headers.TryAddWithoutValidation("te", "trailers");
        foreach ((string name, string value) in headers.Concat(Spans.Headers()))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        foreach (Metadata.Entry entry in options.Headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value);
        }

        if (options.Deadline is { } deadline)
        {
            request.Headers.TryAddWithoutValidation(GrpcWire.TimeoutHeader, GrpcWire.FormatTimeout(deadline.ToUniversalTime() - DateTime.UtcNow));
        }

        return new GrpcExchange(http, request, socketPath, options);
    }
}
