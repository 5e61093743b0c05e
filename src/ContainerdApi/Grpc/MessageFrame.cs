using System.Buffers;
using Google.Protobuf;
using Grpc.Core;

namespace Wharf.ContainerdApi.Grpc;

/// <summary>A message with its prefix, as one write.</summary>
internal static class MessageFrame
{
    /// <exception cref="RpcException">The message is larger than the other side takes.</exception>
    public static async Task WriteAsync(Stream stream, object message, CancellationToken cancellation)
    {
        var content = (IMessage)message;
        int size = content.CalculateSize();
        if (size > GrpcWire.LargestMessage)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"trying to send message larger than max ({size} vs. {GrpcWire.LargestMessage})"));
        }

        byte[] frame = ArrayPool<byte>.Shared.Rent(GrpcWire.PrefixSize + size);
        try
        {
            GrpcWire.WritePrefix(frame, size);
            content.WriteTo(frame.AsSpan(GrpcWire.PrefixSize, size));
            await stream.WriteAsync(frame.AsMemory(0, GrpcWire.PrefixSize + size), cancellation).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }
}
