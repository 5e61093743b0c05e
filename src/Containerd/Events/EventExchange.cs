using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Metadata;

namespace Wharf.Containerd.Events;

/// <summary>Hands every event to every subscriber, each in order. One that does not read loses its oldest, never anybody else's.</summary>
internal sealed class EventExchange
{
    private const int Backlog = 8192;
    private readonly Lock gate = new();
    private readonly List<ChannelWriter<Envelope>> subscribers = [];

    public void Publish(string scope, string topic, IMessage message) =>
        Forward(new Envelope
        {
            Timestamp = LabelRules.Now(),
            Namespace = scope,
            Topic = topic,
            Event = new Any { TypeUrl = message.Descriptor.FullName, Value = message.ToByteString() },
        });

    public void Forward(Envelope envelope)
    {
        lock (gate)
        {
            foreach (ChannelWriter<Envelope> subscriber in subscribers)
            {
                subscriber.TryWrite(envelope);
            }
        }
    }

    /// <summary>Every event that passes from now until the token is cancelled; subscribed when this returns.</summary>
    public IAsyncEnumerable<Envelope> Subscribe(FilterSet filters, CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<Envelope>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (gate)
        {
            subscribers.Add(channel.Writer);
        }

        return ReadAsync(channel, filters, cancellation);
    }

    private static string? Field(Envelope envelope, IReadOnlyList<string> path) => path[0] switch
    {
        "namespace" => envelope.Namespace,
        "topic" => envelope.Topic,
        "event" => EventFields.Find(envelope.Event, path),
        _ => null,
    };

    private async IAsyncEnumerable<Envelope> ReadAsync(
        Channel<Envelope> channel,
        FilterSet filters,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            while (await channel.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                while (channel.Reader.TryRead(out Envelope? envelope))
                {
                    if (filters.Matches(path => Field(envelope, path)))
                    {
                        yield return envelope;
                    }
                }
            }
        }
        finally
        {
            lock (gate)
            {
                subscribers.Remove(channel.Writer);
            }
        }
    }
}
