using System.Net;

namespace Wharf.ContainerdApi.Grpc;

/// <summary>The body of a request that has one message.</summary>
internal sealed class OneMessage(object message) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        MessageFrame.WriteAsync(stream, message, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
