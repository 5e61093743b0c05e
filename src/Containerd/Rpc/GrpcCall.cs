using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Wharf.ContainerdApi.Grpc;
using CallMetadata = Grpc.Core.Metadata;

namespace Wharf.Containerd.Rpc;

/// <summary>One call: its messages in both directions, its headers, its time limit, its end.</summary>
internal sealed class GrpcCall : ServerCallContext, IDisposable
{
    private readonly HttpContext http;
    private readonly GrpcLimits limits;
    private readonly CancellationTokenSource? limit;
    private readonly CallMetadata trailers = [];
    private CallMetadata? headers;

    public GrpcCall(HttpContext http, GrpcLimits limits)
    {
        this.http = http;
        this.limits = limits;
        DeadlineCore = DateTime.MaxValue;
        CancellationTokenCore = http.RequestAborted;
        if (http.Request.Headers.TryGetValue(GrpcWire.TimeoutHeader, out var given) && GrpcWire.ParseTimeout(given.ToString()) is { } left)
        {
            limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
            CancellationTokenCore = limit.Token;
            if (left < TimeSpan.FromDays(40))
            {
                DeadlineCore = DateTime.UtcNow + left;
                limit.CancelAfter(left);
            }
        }
    }

    /// <summary>True when the client set a time limit and it has passed.</summary>
    public bool Late => limit is { IsCancellationRequested: true } && !http.RequestAborted.IsCancellationRequested;

    protected override string MethodCore => http.Request.Path.Value ?? "";

    protected override string HostCore => http.Request.Host.Value ?? "";

    protected override string PeerCore => "unix:";

    protected override DateTime DeadlineCore { get; }

    protected override CallMetadata RequestHeadersCore => headers ??= ReadHeaders();

    protected override CancellationToken CancellationTokenCore { get; }

    protected override CallMetadata ResponseTrailersCore => trailers;

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new(null, []);

    public void Dispose() => limit?.Dispose();

    /// <summary>The request of a method that takes one.</summary>
    /// <exception cref="RpcException">There is none, or more than one, or it cannot be read.</exception>
    public async Task<GrpcPayload> ReadOneAsync()
    {
        GrpcPayload? payload = null;

        // The message lives in the connection's buffer only until the next read.
        if (!await ReadAsync(message => payload = new GrpcPayload(new ReadOnlySequence<byte>(message.PayloadAsNewBuffer())), CancellationToken.None).ConfigureAwait(false))
        {
            throw new RpcException(new Status(StatusCode.Internal, "the request has no message"));
        }

        return await ReadAsync(_ => { }, CancellationToken.None).ConfigureAwait(false)
            ? throw new RpcException(new Status(StatusCode.Internal, "the request has more than one message"))
            : payload!;
    }

    /// <summary>Hands the next message over; false at the end of the client's stream.</summary>
    public async Task<bool> ReadAsync(Action<GrpcPayload> take, CancellationToken cancellation)
    {
        PipeReader reader = http.Request.BodyReader;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadResult result = await reader.ReadAsync(CancellationTokenCore).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (TryFrame(buffer, out ReadOnlySequence<byte> message))
            {
                try
                {
                    take(new GrpcPayload(message));
                }
                catch (InvalidProtocolBufferException error)
                {
                    throw new RpcException(new Status(StatusCode.Internal, $"grpc: error unmarshalling request: {error.Message}"));
                }
                finally
                {
                    reader.AdvanceTo(message.End);
                }

                return true;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return buffer.IsEmpty ? false : throw new RpcException(new Status(StatusCode.Internal, "the request ends in the middle of a message"));
            }
        }
    }

    /// <summary>Sends a message; it has left the buffer when this returns.</summary>
    public async Task WriteAsync(IMessage message, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Put(message);
        FlushResult result = await http.Response.BodyWriter.FlushAsync(CancellationTokenCore).ConfigureAwait(false);
        if (result.IsCanceled || result.IsCompleted)
        {
            throw new OperationCanceledException("the client has gone");
        }
    }

    /// <summary>Puts a message into the buffer.</summary>
    public void Put(IMessage message)
    {
        int size = message.CalculateSize();
        if (size > limits.Answer)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"trying to send message larger than max ({size} vs. {limits.Answer})"));
        }

        PipeWriter writer = http.Response.BodyWriter;
        GrpcWire.WritePrefix(writer.GetSpan(GrpcWire.PrefixSize), size);
        writer.Advance(GrpcWire.PrefixSize);
        message.WriteTo(writer);
    }

    /// <summary>Ends the call with its status.</summary>
    public void Finish(Status status)
    {
        foreach (CallMetadata.Entry entry in trailers)
        {
            http.Response.AppendTrailer(entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value);
        }

        http.Response.AppendTrailer(GrpcWire.StatusHeader, ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture));
        if (status.Detail.Length > 0)
        {
            http.Response.AppendTrailer(GrpcWire.MessageHeader, GrpcWire.EncodeMessage(status.Detail));
        }
    }

    protected override Task WriteResponseHeadersAsyncCore(CallMetadata responseHeaders)
    {
        foreach (CallMetadata.Entry entry in responseHeaders)
        {
            http.Response.Headers.Append(entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value);
        }

        return http.Response.StartAsync(CancellationTokenCore);
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("a call's context is not passed on: containerd calls nobody by gRPC");

    private bool TryFrame(ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (buffer.Length < GrpcWire.PrefixSize)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[GrpcWire.PrefixSize];
        buffer.Slice(0, GrpcWire.PrefixSize).CopyTo(prefix);
        (bool compressed, uint length) = GrpcWire.ReadPrefix(prefix);
        if (compressed)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "grpc: the message is compressed: no decompressor is installed"));
        }

        if (length > limits.Request)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"grpc: received message larger than max ({length} vs. {limits.Request})"));
        }

        if (buffer.Length - GrpcWire.PrefixSize < length)
        {
            return false;
        }

        message = buffer.Slice(GrpcWire.PrefixSize, length);
        return true;
    }

    private CallMetadata ReadHeaders()
    {
        var read = new CallMetadata();
        foreach ((string name, var values) in http.Request.Headers)
        {
            string key = name.ToLowerInvariant();
            if (!key.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
            {
                // Pseudo-headers, and names that gRPC has no room for.
                continue;
            }

            foreach (string? value in values)
            {
                if (!key.EndsWith(CallMetadata.BinaryHeaderSuffix, StringComparison.Ordinal))
                {
                    read.Add(key, value ?? "");
                }
                else if (Decode(value ?? "") is { } bytes)
                {
                    read.Add(key, bytes);
                }
            }
        }

        return read;
    }

    /// <summary>Base64, with or without its padding; null when it is not.</summary>
    private static byte[]? Decode(string text)
    {
        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out int count) ? bytes[..count] : null;
    }
}
