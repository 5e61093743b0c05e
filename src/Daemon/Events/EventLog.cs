using System.Threading.Channels;
using Wharf.EngineApi.Engine;

namespace Wharf.Daemon.Events;

/// <summary>What happened lately, and who listens. A listener that does not read is let go; the daemon never waits for it.</summary>
internal sealed class EventLog
{
    private const int Kept = 256;
    private const int QueueLimit = 4096;
    private readonly Lock gate = new();
    private readonly Queue<EventMessage> recent = new();
    private readonly List<Channel<EventMessage>> listeners = [];

    /// <summary>How many there were.</summary>
    internal long Published { get; private set; }

    internal int Listeners
    {
        get
        {
            lock (gate)
            {
                return listeners.Count;
            }
        }
    }

    internal void Publish(string type, string action, string id, IReadOnlyDictionary<string, string> attributes)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var message = new EventMessage
        {
            status = type == "container" ? action : "",
            id = type == "container" ? id : "",
            from = type == "container" ? attributes.GetValueOrDefault("image", "") : "",
            Type = type,
            Action = action,
            Actor = new EventActor { ID = id, Attributes = attributes },
            time = now.ToUnixTimeSeconds(),
            timeNano = (now - DateTimeOffset.UnixEpoch).Ticks * 100,
        };
        lock (gate)
        {
            Published++;
            recent.Enqueue(message);
            if (recent.Count > Kept)
            {
                recent.Dequeue();
            }

            foreach (Channel<EventMessage> listener in listeners.ToArray())
            {
                if (!listener.Writer.TryWrite(message))
                {
                    listener.Writer.TryComplete();
                    listeners.Remove(listener);
                }
            }
        }
    }

    /// <summary>What is kept since a time, and a queue of what comes; nothing is missed between the two.</summary>
    internal (IReadOnlyList<EventMessage> Past, ChannelReader<EventMessage> Coming) Listen(DateTimeOffset? since)
    {
        var channel = Channel.CreateBounded<EventMessage>(QueueLimit);
        lock (gate)
        {
            listeners.Add(channel);
            long nanoseconds = since is { } time ? (time - DateTimeOffset.UnixEpoch).Ticks * 100 : long.MaxValue;
            return ([.. recent.Where(message => message.timeNano >= nanoseconds)], channel.Reader);
        }
    }

    internal void Leave(ChannelReader<EventMessage> reader)
    {
        lock (gate)
        {
            listeners.RemoveAll(listener => listener.Reader == reader);
        }
    }
}
