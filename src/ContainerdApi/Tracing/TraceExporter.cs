using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.ContainerdApi.Tracing;

/// <summary>
/// Sends the spans of this program to a collector, some at a time, from a queue that is bounded: a collector that is away costs
/// spans and nothing else.
/// </summary>
public sealed class TraceExporter : IAsyncDisposable
{
    private const int Backlog = 4096;
    private const int Most = 512;
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);
    private readonly TraceOptions options;
    private readonly Action<string> complain;
    private readonly Channel<Activity> queue = Channel.CreateBounded<Activity>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly HttpMessageInvoker http;
    private readonly ActivityListener listener;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task sending;

    private TraceExporter(TraceOptions options, Action<string> complain)
    {
        this.options = options;
        this.complain = complain;

        // What it sends is in no trace itself.
        http = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null });
        listener = new ActivityListener
        {
            // By its name: the source asks while it is being made.
            ShouldListenTo = source => source.Name == Spans.Name,
            Sample = Sample,
            ActivityStopped = span =>
            {
                if (span.Recorded)
                {
                    queue.Writer.TryWrite(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        sending = SendAsync();
    }

    /// <summary>One that sends until it is disposed; null when no options are given.</summary>
    public static TraceExporter? Start(TraceOptions? options, Action<string> complain) => options is null ? null : new TraceExporter(options, complain);

    /// <summary>Sends what is left, for as long as one sending may take.</summary>
    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        queue.Writer.TryComplete();
        await stopping.CancelAsync().ConfigureAwait(false);
        await sending.ConfigureAwait(false);
        http.Dispose();
        stopping.Dispose();
    }

    private ActivitySamplingResult Sample(ref ActivityCreationOptions<ActivityContext> creation)
    {
        bool wanted = options.FollowsParent && creation.Parent.TraceId != default
            ? creation.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
            : IsChosen(creation.TraceId);
        return wanted ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.PropagationData;
    }

    /// <summary>By the last eight bytes of the trace's id, so that every program chooses the same.</summary>
    private bool IsChosen(ActivityTraceId trace)
    {
        Span<byte> bytes = stackalloc byte[16];
        trace.CopyTo(bytes);
        ulong number = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) >> 1;
        return options.Ratio >= 1 || number < options.Ratio * (1UL << 63);
    }

    private async Task SendAsync()
    {
        var batch = new List<Activity>();
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            if (queue.Reader.Count < Most && !stopping.IsCancellationRequested)
            {
                // Spans come in groups.
                await Task.Delay(Gathering, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            batch.Clear();
            while (batch.Count < Most && queue.Reader.TryRead(out Activity? span))
            {
                batch.Add(span);
            }

            await PostAsync(batch).ConfigureAwait(false);
        }
    }

    private async Task PostAsync(IReadOnlyList<Activity> batch)
    {
        byte[] message = SpanMessage.Of(options.Resource, batch);
        using var limit = new CancellationTokenSource(options.Limit);
        try
        {
            using HttpRequestMessage request = Request(message);
            using HttpResponseMessage response = await http.SendAsync(request, limit.Token).ConfigureAwait(false);
            await response.Content.CopyToAsync(Stream.Null, limit.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode || !IsOk(response))
            {
                complain($"send traces to \"{options.Endpoint}\": status {(int)response.StatusCode}");
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            complain($"send traces to \"{options.Endpoint}\": {error.Message}");
        }
    }

    private bool IsOk(HttpResponseMessage response) =>
        !options.IsGrpc || (response.TrailingHeaders.TryGetValues(GrpcWire.StatusHeader, out IEnumerable<string>? trailer) && trailer.FirstOrDefault() == "0");

    private HttpRequestMessage Request(byte[] message)
    {
        byte[] body = message;
        if (options.IsGrpc)
        {
            body = new byte[GrpcWire.PrefixSize + message.Length];
            GrpcWire.WritePrefix(body, message.Length);
            message.CopyTo(body, GrpcWire.PrefixSize);
        }

        var request = new HttpRequestMessage(HttpMethod.Post, options.Endpoint) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(options.IsGrpc ? GrpcWire.ContentType : "application/x-protobuf");
        if (options.IsGrpc)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            request.Headers.TryAddWithoutValidation("te", "trailers");
        }

        foreach ((string name, string value) in options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
