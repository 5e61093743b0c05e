using System.Buffers;
using Grpc.Core;

namespace Wharf.ContainerdApi.Grpc;

/// <summary>The bytes of one message, for a marshaller.</summary>
public sealed class GrpcPayload(ReadOnlySequence<byte> bytes) : DeserializationContext
{
    public override int PayloadLength => (int)bytes.Length;

    public override byte[] PayloadAsNewBuffer() => bytes.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => bytes;
}
