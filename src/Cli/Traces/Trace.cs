using System.Diagnostics;
using System.Text.Json;
using Wharf.Cli.Commands;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Traces;

/// <summary>
/// The life of one container as spans: requests as this client saw them, divided by what the engine says of its own work in
/// Server-Timing, and the program's time by the events that the engine published.
/// </summary>
internal sealed class Trace
{
    private readonly List<Span> spans = [];
    private readonly DateTimeOffset zero;
    private readonly long origin;

    internal Trace()
    {
        // The kernel counts in hundredths of a second, and may be ahead of us by one.
        TimeSpan alive = DateTimeOffset.UtcNow - ProcessStart.Time is { Ticks: > 0 } counted ? counted : TimeSpan.Zero;
        origin = Stopwatch.GetTimestamp() - (long)(alive.TotalSeconds * Stopwatch.Frequency);
        zero = DateTimeOffset.UtcNow - alive;
        spans.Add(new Span("client", "program started, flags read", TimeSpan.Zero, alive));
    }

    internal IReadOnlyList<Span> Spans => [.. spans.OrderBy(span => span.Begin)];

    /// <summary>Takes an answer down, its time divided by the laps that the engine tells.</summary>
    internal void Answered(string request, long begun, string? timing)
    {
        TimeSpan begin = Stopwatch.GetElapsedTime(origin, begun);
        TimeSpan took = Stopwatch.GetElapsedTime(begun);
        (string Hop, string What, TimeSpan Took)[] laps = timing is null ? [] : [.. ServerTiming.Parse(timing)];
        TimeSpan rest = took - laps.Aggregate(TimeSpan.Zero, (sum, lap) => sum + lap.Took);
        spans.Add(new Span("api", Shorten(request), begin, rest > TimeSpan.Zero ? rest : TimeSpan.Zero));
        TimeSpan at = begin + (rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        foreach ((string hop, string what, TimeSpan lap) in laps)
        {
            spans.Add(new Span(hop, what, at, lap));
            at += lap;
        }
    }

    /// <summary>Ids in a route by their first twelve digits.</summary>
    private static string Shorten(string request) => string.Join('/', request.Split('/').Select(part => part.Length == 64 ? part[..12] : part));

    /// <summary>Asks the engine for the container's events: when its program began and ended, and when it was gone.</summary>
    internal void AskEvents(Session session, string container)
    {
        string Seconds(DateTimeOffset time) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.ToUnixTimeMilliseconds() / 1000}.{time.ToUnixTimeMilliseconds() % 1000:D3}000000");
        string route = new Query("/events").Add("since", Seconds(zero)).Add("until", Seconds(DateTimeOffset.UtcNow)).AddEscaped("filters", Filters.Query([$"container={container}"])).ToString();
        var times = new Dictionary<string, TimeSpan>();
        using EngineResponse response = session.Client.Send("GET", route);
        foreach (JsonElement happened in JsonStream.Read(response))
        {
            times.TryAdd(happened.Text("Action", happened.Text("status")), DateTimeOffset.UnixEpoch.AddTicks(happened.Number("timeNano") / 100) - zero);
        }

        if (times.TryGetValue("start", out TimeSpan start) && times.TryGetValue("die", out TimeSpan die))
        {
            spans.Add(new Span("kernel", "the program runs", start, die - start));
            if (times.TryGetValue("destroy", out TimeSpan destroy))
            {
                spans.Add(new Span("store", "container removed", die, destroy - die));
            }
        }
    }
}
