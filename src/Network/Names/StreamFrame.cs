using System.Buffers.Binary;
using System.Net.Sockets;

namespace Wharf.Network.Names;

/// <summary>Messages over TCP: each after its length in two bytes.</summary>
internal static class StreamFrame
{
    /// <summary>Null when the other end has no more.</summary>
    internal static async Task<byte[]?> ReadAsync(Socket socket, CancellationToken cancellation)
    {
        byte[] head = new byte[2];
        if (!await FillAsync(socket, head, cancellation).ConfigureAwait(false))
        {
            return null;
        }

        byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        return await FillAsync(socket, message, cancellation).ConfigureAwait(false) ? message : null;
    }

    internal static async Task WriteAsync(Socket socket, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        byte[] framed = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed.AsMemory(2));
        for (int sent = 0; sent < framed.Length;)
        {
            sent += await socket.SendAsync(framed.AsMemory(sent), SocketFlags.None, cancellation).ConfigureAwait(false);
        }
    }

    internal static async Task<byte[]?> AskAsync(Socket socket, ReadOnlyMemory<byte> query, CancellationToken cancellation)
    {
        await WriteAsync(socket, query, cancellation).ConfigureAwait(false);
        return await ReadAsync(socket, cancellation).ConfigureAwait(false) is { Length: >= DnsMessage.HeaderSize } answer ? answer : null;
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellation)
    {
        while (buffer.Length > 0)
        {
            int length = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellation).ConfigureAwait(false);
            if (length == 0)
            {
                return false;
            }

            buffer = buffer[length..];
        }

        return true;
    }
}
