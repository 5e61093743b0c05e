using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Engine;

namespace Wharf.Daemon.Events;

/// <summary>GET /events.</summary>
internal sealed class EventRoutes(EventLog events)
{
    internal IEnumerable<ApiRoute> All() => [new("GET", "/events", ListenAsync)];

    private async Task ListenAsync(HttpContext context, string value)
    {
        // Zero is the beginning here: of logs it is no time at all.
        DateTimeOffset? since = Answers.Value(context, "since") is "0" ? DateTimeOffset.UnixEpoch : Timestamps.Parse(Answers.Value(context, "since"));
        DateTimeOffset? until = Timestamps.Parse(Answers.Value(context, "until"));
        EventFilter filter = EventFilter.Parse(Answers.Value(context, "filters"));
        (IReadOnlyList<EventMessage> past, ChannelReader<EventMessage> coming) = events.Listen(since);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        if (until is { } end)
        {
            TimeSpan wait = end - DateTimeOffset.UtcNow;
            ended.CancelAfter(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }

        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);

        // A client goes on when it is heard, however long nothing happens.
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            foreach (EventMessage message in past)
            {
                await WriteAsync(context, message, until, filter).ConfigureAwait(false);
            }

            await foreach (EventMessage message in coming.ReadAllAsync(ended.Token).ConfigureAwait(false))
            {
                await WriteAsync(context, message, until, filter).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over, or the client is gone.
        }
        finally
        {
            events.Leave(coming);
        }
    }

    private static async Task WriteAsync(HttpContext context, EventMessage message, DateTimeOffset? until, EventFilter filter)
    {
        if ((until is { } end && message.timeNano > (end - DateTimeOffset.UnixEpoch).Ticks * 100) || !filter.Accepts(message))
        {
            return;
        }

        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(message, EngineJson.Default.EventMessage), (byte)'\n'];
        await context.Response.Body.WriteAsync(line, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
