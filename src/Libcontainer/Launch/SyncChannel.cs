using System.Text;
using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>One end of the channel between runtime and child: one message a datagram.</summary>
internal sealed class SyncChannel(FileDescriptor socket) : IDisposable
{
    // Two of the longest paths and some words; a longer text is cut, never split.
    private const int Limit = 3 * 4096;

    public void Send(SyncMessage message, string text = "")
    {
        byte[] bytes = new byte[1 + Encoding.UTF8.GetByteCount(text)];
        bytes[0] = (byte)message;
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(1));
        UnixSockets.Send(socket, bytes.AsSpan(0, Math.Min(bytes.Length, Limit)));
    }

    /// <summary>Null when the other end is gone.</summary>
    public (SyncMessage Message, string Text)? Receive()
    {
        byte[] bytes = new byte[Limit];
        int count = UnixSockets.Receive(socket, bytes, out FileDescriptor? stray);
        stray?.Dispose();
        return count == 0 ? null : ((SyncMessage)bytes[0], Encoding.UTF8.GetString(bytes, 1, count - 1));
    }

    /// <summary>The text of a message of this kind; an error that the child sends, or its end, is thrown.</summary>
    public string Expect(SyncMessage expected)
    {
        (SyncMessage Message, string Text) received = Receive() ?? throw new ContainerException("container init ended before it was ready");
        return received.Message == expected ? received.Text
            : received.Message == SyncMessage.Error ? throw new ContainerException(received.Text)
            : throw new ContainerException($"container init sent \"{received.Message}\" for \"{expected}\"");
    }

    public void Dispose() => socket.Dispose();
}
