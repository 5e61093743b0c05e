using Wharf.Ttrpc;

namespace Wharf.Integration.Shim;

/// <summary>containerd's side of the events: takes what a shim forwards, and can be away for a while.</summary>
internal sealed class EventSink(string path) : IAsyncDisposable
{
    private readonly List<(string Topic, byte[] Value)> events = [];
    private TtrpcServer? server;

    internal IReadOnlyList<(string Topic, byte[] Value)> Events
    {
        get
        {
            lock (events)
            {
                return [.. events];
            }
        }
    }

    internal IReadOnlyList<string> Topics => [.. Events.Select(one => one.Topic["/tasks/".Length..])];

    internal void Open() => server = new TtrpcServer(path, (request, _) => Task.FromResult(Take(request)));

    internal async Task CloseAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
            server = null;
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private byte[] Take(TtrpcRequest request)
    {
        Assert.Equal(("containerd.services.events.ttrpc.v1.Events", "Forward"), (request.Service, request.Method));
        var outer = new ProtoReader(request.Payload);
        Assert.True(outer.Next());
        var envelope = new ProtoReader(outer.Bytes);
        string topic = "";
        byte[] value = [];
        while (envelope.Next())
        {
            switch (envelope.Field)
            {
                case 3:
                    topic = envelope.Text;
                    break;
                case 4:
                    var any = new ProtoReader(envelope.Bytes);
                    while (any.Next())
                    {
                        value = any.Field == 2 ? any.Bytes.ToArray() : value;
                    }

                    break;
            }
        }

        lock (events)
        {
            events.Add((topic, value));
        }

        return [];
    }
}
