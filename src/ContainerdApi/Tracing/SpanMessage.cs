using System.Diagnostics;
using System.Globalization;
using Wharf.Ttrpc;

namespace Wharf.ContainerdApi.Tracing;

/// <summary>Spans as OTLP has them: opentelemetry/proto/collector/trace/v1/trace_service.proto, ExportTraceServiceRequest.</summary>
public static class SpanMessage
{
    private const int ErrorStatus = 2;

    public static byte[] Of(IReadOnlyDictionary<string, string> resource, IReadOnlyList<Activity> spans)
    {
        var about = new ProtoWriter();
        foreach ((string name, string value) in resource)
        {
            about.Message(1, Attribute(name, value));
        }

        ProtoWriter scope = new ProtoWriter().Message(1, new ProtoWriter().Text(1, Spans.Source.Name));
        foreach (Activity span in spans)
        {
            scope.Message(2, Span(span));
        }

        return new ProtoWriter().Message(1, new ProtoWriter().Message(1, about).Message(2, scope)).ToArray();
    }

    private static ProtoWriter Span(Activity span)
    {
        Span<byte> trace = stackalloc byte[16];
        Span<byte> id = stackalloc byte[8];
        span.TraceId.CopyTo(trace);
        span.SpanId.CopyTo(id);
        ProtoWriter message = new ProtoWriter().Bytes(1, trace).Bytes(2, id).Text(3, span.TraceStateString);
        if (span.ParentSpanId != default)
        {
            span.ParentSpanId.CopyTo(id);
            message.Bytes(4, id);
        }

        // Kinds are numbered from 1 on there, and in another order.
        ulong kind = span.Kind switch { ActivityKind.Server => 2, ActivityKind.Client => 3, ActivityKind.Producer => 4, ActivityKind.Consumer => 5, _ => 1 };
        message.Text(5, span.DisplayName).Number(6, kind);
        message.Fixed(7, Nanoseconds(span.StartTimeUtc)).Fixed(8, Nanoseconds(span.StartTimeUtc + span.Duration));
        foreach ((string name, object? value) in span.TagObjects)
        {
            message.Message(9, Attribute(name, value));
        }

        return span.Status == ActivityStatusCode.Error
            ? message.Message(15, new ProtoWriter().Text(2, span.StatusDescription).Number(3, ErrorStatus))
            : message;
    }

    private static ProtoWriter Attribute(string name, object? value)
    {
        var typed = new ProtoWriter();
        ProtoWriter any = value switch
        {
            bool flag => typed.Flag(2, flag),
            int number => typed.Number(3, (ulong)number),
            long number => typed.Number(3, (ulong)number),
            _ => typed.Text(1, Convert.ToString(value, CultureInfo.InvariantCulture)),
        };
        return new ProtoWriter().Text(1, name).Message(2, any);
    }

    /// <summary>Since 1970.</summary>
    private static ulong Nanoseconds(DateTime time) => (ulong)(time - DateTime.UnixEpoch).Ticks * 100;
}
