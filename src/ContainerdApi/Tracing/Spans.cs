using System.Diagnostics;

namespace Wharf.ContainerdApi.Tracing;

/// <summary>Where spans of this program come from. Nobody listens, and nothing is made, unless the environment asks for it.</summary>
public static class Spans
{
    public const string ParentHeader = "traceparent";
    public const string StateHeader = "tracestate";

    internal const string Name = "wharf";

    public static ActivitySource Source { get; } = new(Name);

    /// <summary>A span that is a call's own; its parent is what the caller said in W3C's headers.</summary>
    public static Activity? Serve(string method, string? parent, string? state) =>
        ActivityContext.TryParse(parent, state, isRemote: true, out ActivityContext context)
            ? Source.StartActivity(method, ActivityKind.Server, context)
            : Source.StartActivity(method, ActivityKind.Server, default(ActivityContext));

    /// <summary>Headers for a call to another program: none outside of a trace.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Headers()
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } current)
        {
            yield return new(ParentHeader, id);
            if (current.TraceStateString is { Length: > 0 } state)
            {
                yield return new(StateHeader, state);
            }
        }
    }
}
