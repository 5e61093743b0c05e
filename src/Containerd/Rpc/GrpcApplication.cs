using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Wharf.Containerd.Observation;
using Wharf.ContainerdApi.Grpc;
using Wharf.ContainerdApi.Tracing;

namespace Wharf.Containerd.Rpc;

/// <summary>Answers the requests of an HTTP/2 server as gRPC calls. Nothing that a method throws leaves it: it becomes the call's status.</summary>
internal sealed class GrpcApplication(ServiceTable services, GrpcLimits limits, CallCounts calls, ILogger log) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // The server owns all that the context leads to.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (context.Request.ContentType?.StartsWith(GrpcWire.ContentType, StringComparison.OrdinalIgnoreCase) != true)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        context.Response.ContentType = GrpcWire.ContentType;
        using var call = new GrpcCall(context, limits);
        string? counted = null;
        long begun = Stopwatch.GetTimestamp();
        Status status;
        Activity? span = null;
        try
        {
            GrpcMethod method = services.Find(call.Method);
            span = Spans.Serve(call.Method[1..], context.Request.Headers[Spans.ParentHeader], context.Request.Headers[Spans.StateHeader]);

            // Only methods that there are: whoever asks for others must not make the table grow.
            counted = call.Method;
            calls.Start(counted);
            status = await AnswerAsync(call, method).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The outermost frame of a call: whatever it is becomes its status, and the daemon goes on.
        catch (Exception error)
        {
            status = CallFailure.StatusOf(error, call, log);
        }
#pragma warning restore CA1031

        if (counted is not null)
        {
            calls.End(counted, status.StatusCode, Stopwatch.GetElapsedTime(begun));
        }

        Describe(span, context, status);
        call.Finish(status);
    }

    /// <summary>Ends the span of a call.</summary>
    private static void Describe(Activity? span, HttpContext context, Status status)
    {
        if (span is null)
        {
            return;
        }

        int slash = span.OperationName.LastIndexOf('/');
        span.SetTag("rpc.system", "grpc").SetTag("rpc.service", span.OperationName[..slash]).SetTag("rpc.method", span.OperationName[(slash + 1)..]).SetTag("rpc.grpc.status_code", (int)status.StatusCode);
        if (context.Request.Headers.TryGetValue(CallScope.NamespaceHeader, out StringValues scope))
        {
            span.SetTag("containerd.namespace", scope.ToString());
        }

        if (status.StatusCode != StatusCode.OK)
        {
            span.SetStatus(ActivityStatusCode.Error, status.Detail);
        }

        span.Dispose();
    }

    private static async Task<Status> AnswerAsync(GrpcCall call, GrpcMethod method)
    {
        GrpcPayload? payload = method.TakesOneRequest ? await call.ReadOneAsync().ConfigureAwait(false) : null;
        Task work;
        try
        {
            work = method.Begin(call, payload);
        }
        catch (InvalidProtocolBufferException error)
        {
            return new Status(StatusCode.Internal, $"grpc: error unmarshalling request: {error.Message}");
        }

        await work.ConfigureAwait(false);
        if (method.GivesOneAnswer)
        {
            call.Put(method.Answer(work) ?? throw new InvalidOperationException($"{call.Method} gave no answer"));
        }

        return call.Status;
    }
}
