using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Wharf.Daemon.Http;

/// <summary>
/// Where the time of one request went, when its client asks by the header Wharf-Trace: laps, one after the other, each from the
/// end of the one before, told in the header Server-Timing (W3C Server Timing) of the answer.
/// </summary>
internal sealed class RequestTiming
{
    private const string Asked = "Wharf-Trace";
    private static readonly AsyncLocal<RequestTiming?> Current = new();
    private readonly StringBuilder laps = new();
    private long last = Stopwatch.GetTimestamp();

    /// <summary>From here on <see cref="Lap"/> counts for this request.</summary>
    internal static void Begin(HttpContext context) => Current.Value = context.Request.Headers.ContainsKey(Asked) ? new RequestTiming() : null;

    /// <param name="hop">The part of the chain that worked: store, network, shim, runtime.</param>
    /// <param name="what">What it did; no quotes in it.</param>
    internal static void Lap(string hop, string what)
    {
        if (Current.Value is not { } timing)
        {
            return;
        }

        long now = Stopwatch.GetTimestamp();
        double milliseconds = Stopwatch.GetElapsedTime(timing.last, now).TotalMilliseconds;
        timing.laps.Append(timing.laps.Length > 0 ? ", " : "").Append(CultureInfo.InvariantCulture, $"{hop};desc=\"{what}\";dur={milliseconds:0.###}");
        timing.last = now;
    }

    /// <summary>Before the answer begins.</summary>
    internal static void Tell(HttpContext context)
    {
        if (Current.Value is { laps.Length: > 0 } timing)
        {
            context.Response.Headers["Server-Timing"] = timing.laps.ToString();
        }
    }
}
