using System.Buffers;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;

namespace Wharf.ContainerdApi.Grpc;

/// <summary>One call on the wire, seen from the client. It ends when its answer has been read, or when it is disposed.</summary>
internal sealed class GrpcExchange : IDisposable
{
    private const int FirstBuffer = 4096;
    private readonly string socketPath;
    private readonly CancellationTokenSource ended;
    private readonly CancellationToken wanted;
    private readonly HttpRequestMessage request;
    private readonly Task<HttpResponseMessage> response;
    private byte[] buffer = [];
    private bool disposed;

    public GrpcExchange(HttpMessageInvoker http, HttpRequestMessage request, string socketPath, CallOptions options)
    {
        this.request = request;
        this.socketPath = socketPath;
        wanted = options.CancellationToken;
        ended = CancellationTokenSource.CreateLinkedTokenSource(wanted);
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            TimeSpan left = deadline.ToUniversalTime() - DateTime.UtcNow;
            ended.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            Limited = true;
        }

        response = SendAsync(http);
        Headers = ReadHeadersAsync();
    }

    /// <summary>How the call ended; unknown before.</summary>
    public Status Status { get; private set; } = new(StatusCode.Unknown, "the call has not ended");

    public Metadata Trailers { get; private set; } = [];

    public Task<Metadata> Headers { get; }

    private bool Limited { get; }

    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        ended.Cancel();
        (request.Content as ManyMessages)?.End();
        _ = response.ContinueWith(
            sent =>
            {
                if (sent.IsCompletedSuccessfully)
                {
                    sent.Result.Dispose();
                }
                else
                {
                    _ = sent.Exception;
                }

                request.Dispose();
                ended.Dispose();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Reads the one answer of a call; its failure goes the same way.</summary>
    public async Task AnswerAsync(UnaryReply reply)
    {
        try
        {
            if (!await ReadAsync(reply.Take, CancellationToken.None).ConfigureAwait(false))
            {
                throw Failure(StatusCode.Internal, "the answer has no message");
            }

            if (await ReadAsync(_ => { }, CancellationToken.None).ConfigureAwait(false))
            {
                throw Failure(StatusCode.Internal, "the answer has more than one message");
            }

            reply.Complete();
        }
#pragma warning disable CA1031 // It belongs to whoever awaits the reply.
        catch (Exception error)
        {
            reply.Fail(error);
        }
#pragma warning restore CA1031
        finally
        {
            Dispose();
        }
    }

    /// <summary>Hands the next message over; false when the call ended well.</summary>
    /// <exception cref="RpcException">The call failed, or was cancelled, or nobody answers.</exception>
    public async Task<bool> ReadAsync(Action<GrpcPayload> take, CancellationToken cancellation)
    {
        using CancellationTokenRegistration gone = cancellation.CanBeCanceled ? cancellation.Register(Dispose) : default;
        try
        {
            HttpResponseMessage answer = await response.ConfigureAwait(false);
            Stream body = await answer.Content.ReadAsStreamAsync(ended.Token).ConfigureAwait(false);
            if (await FillAsync(body, GrpcWire.PrefixSize).ConfigureAwait(false) is var got && got < GrpcWire.PrefixSize)
            {
                return got == 0 ? End(answer) : throw Failure(StatusCode.Internal, "the answer ends in the middle of a message");
            }

            (bool compressed, uint length) = GrpcWire.ReadPrefix(buffer);
            if (compressed || length > GrpcWire.LargestMessage)
            {
                throw compressed
                    ? Failure(StatusCode.Internal, "the answer is compressed, which nobody asked for")
                    : Failure(StatusCode.ResourceExhausted, $"grpc: received message larger than max ({length} vs. {GrpcWire.LargestMessage})");
            }

            if (await FillAsync(body, (int)length).ConfigureAwait(false) < length)
            {
                throw Failure(StatusCode.Internal, "the answer ends in the middle of a message");
            }

            take(new GrpcPayload(new ReadOnlySequence<byte>(buffer, 0, (int)length)));
            return true;
        }
        catch (InvalidProtocolBufferException error)
        {
            throw Failure(StatusCode.Internal, $"grpc: error unmarshalling answer: {error.Message}");
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException || ((error is HttpRequestException or IOException) && (disposed || ended.IsCancellationRequested)))
        {
            throw Limited && !disposed && !wanted.IsCancellationRequested
                ? Failure(StatusCode.DeadlineExceeded, "context deadline exceeded")
                : Failure(StatusCode.Cancelled, "context canceled");
        }
        catch (HttpRequestException error)
        {
            throw Failure(StatusCode.Unavailable, $"connect to \"{socketPath}\": {(error.InnerException ?? error).Message}");
        }
        catch (IOException error)
        {
            throw Failure(StatusCode.Unavailable, $"read from \"{socketPath}\": {error.Message}");
        }
    }

    /// <summary>The bytes read, fewer than asked for only at the end of the answer.</summary>
    private async Task<int> FillAsync(Stream body, int count)
    {
        if (buffer.Length < count)
        {
            // A message that grows past the buffer is followed by more of its size.
            buffer = new byte[Math.Max(count, FirstBuffer)];
        }

        return await body.ReadAtLeastAsync(buffer.AsMemory(0, count), count, throwOnEndOfStream: false, ended.Token).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker http)
    {
        try
        {
            return await http.SendAsync(request, ended.Token).ConfigureAwait(false);
        }
        catch
        {
            // Nobody will read what is written from now on.
            (request.Content as ManyMessages)?.End();
            throw;
        }
    }

    private async Task<Metadata> ReadHeadersAsync()
    {
        try
        {
            return Read((await response.ConfigureAwait(false)).Headers);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            // The answer says why there are none.
            return [];
        }
    }

    private bool End(HttpResponseMessage answer)
    {
        Trailers = Read(answer.TrailingHeaders);
        Metadata from = Trailers.Get(GrpcWire.StatusHeader) is not null ? Trailers : Read(answer.Headers);
        if (!int.TryParse(from.GetValue(GrpcWire.StatusHeader), NumberStyles.None, CultureInfo.InvariantCulture, out int code))
        {
            throw Failure(StatusCode.Internal, $"the answer has no gRPC status; its HTTP status is {(int)answer.StatusCode}");
        }

        Status = new Status((StatusCode)code, GrpcWire.DecodeMessage(from.GetValue(GrpcWire.MessageHeader) ?? ""));
        return Status.StatusCode == StatusCode.OK ? false : throw new RpcException(Status, Trailers);
    }

    private RpcException Failure(StatusCode code, string detail)
    {
        Status = new Status(code, detail);
        return new RpcException(Status);
    }

    private static Metadata Read(System.Net.Http.Headers.HttpHeaders headers)
    {
        var read = new Metadata();
        foreach ((string name, IEnumerable<string> values) in headers)
        {
            string key = name.ToLowerInvariant();
            if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
            {
                read.Add(key, string.Join(", ", values));
            }
        }

        return read;
    }
}
