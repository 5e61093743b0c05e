using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Streaming.V1;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Streams;

/// <summary>Takes clients' streams and keeps them open until the call that uses them has ended.</summary>
internal sealed class StreamingService(StreamTable streams) : Streaming.StreamingBase
{
    public override async Task Stream(IAsyncStreamReader<Any> requestStream, IServerStreamWriter<Any> responseStream, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        CancellationToken cancellation = context.CancellationToken;
        if (!await requestStream.MoveNext(cancellation).ConfigureAwait(false))
        {
            throw ContainerdException.Invalid("stream: no name");
        }

        string id = Name(requestStream.Current);
        using var stream = new NamedStream(requestStream, responseStream);
        streams.Add(scope, id, stream);
        try
        {
            await stream.WriteAsync(new Empty(), cancellation).ConfigureAwait(false);
            await stream.Ended.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            streams.Remove(scope, id);
        }
    }

    private static string Name(Any first)
    {
        try
        {
            return NamedStream.Is(first, new StreamInit()) ? StreamInit.Parser.ParseFrom(first.Value).Id : throw ContainerdException.Invalid($"stream: first object is \"{first.TypeUrl}\"");
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"stream: first object: {error.Message}: invalid argument", error);
        }
    }
}
