using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Events.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Events;

internal sealed class EventsService(EventExchange exchange) : ContainerdApi.Events.V1.Events.EventsBase
{
    public override Task<Empty> Publish(PublishRequest request, ServerCallContext context)
    {
        CheckTopic(request.Topic);
        exchange.Forward(new Envelope { Timestamp = LabelRules.Now(), Namespace = CallScope.Of(context).Namespace, Topic = request.Topic, Event = request.Event });
        return Task.FromResult(new Empty());
    }

    public override Task<Empty> Forward(ForwardRequest request, ServerCallContext context)
    {
        Envelope envelope = request.Envelope ?? throw ContainerdException.Invalid("envelope is empty");
        CheckTopic(envelope.Topic);
        Identifier.Check(envelope.Namespace, "namespace");
        exchange.Forward(envelope);
        return Task.FromResult(new Empty());
    }

    public override async Task Subscribe(SubscribeRequest request, IServerStreamWriter<Envelope> responseStream, ServerCallContext context)
    {
        IAsyncEnumerable<Envelope> events = exchange.Subscribe(FilterSet.Parse(request.Filters), context.CancellationToken);

        // The headers tell the subscriber that nothing is missed from here on.
        await context.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        await foreach (Envelope envelope in events.ConfigureAwait(false))
        {
            await responseStream.WriteAsync(envelope, context.CancellationToken).ConfigureAwait(false);
        }
    }

    private static void CheckTopic(string topic)
    {
        if (topic.Length < 2 || topic[0] != '/' || topic[1..].Split('/').Any(part => part.Length == 0))
        {
            throw ContainerdException.Invalid($"topic \"{topic}\": must start with '/' and have no empty component");
        }
    }
}
