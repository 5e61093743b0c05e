using System.Text;
using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>One end of the channel between runtime and child: one message a datagram.</summary>
internal sealed class SyncChannel(FileDescriptor socket, Action<string>? debug = null) : IDisposable
{
    // Two of the longest paths and some words; a longer text is cut in its middle, so that step and cause stay (CVE-2021-43784).
    private const int Limit = 3 * 4096;

    // A letter takes at most three bytes.
    private const int MostLetters = (Limit / 3) - 2;

    /// <summary>For those who close what a process has open.</summary>
    internal FileDescriptor Socket => socket;

    /// <summary>Of the runtime's end: sets the limits of the child, which asks for it when it is ready for them.</summary>
    internal Action? SetLimits { get; set; }

    /// <summary>
    /// By write(2), which a filter of the container leaves alone more often than sendmsg(2); a descriptor takes the latter.
    /// </summary>
    public void Send(SyncMessage message, string text = "", FileDescriptor? attached = null)
    {
        text = text.Length <= MostLetters ? text : $"{text.AsSpan(0, MostLetters / 2)}…{text.AsSpan(text.Length - (MostLetters / 2))}";
        byte[] bytes = new byte[1 + Encoding.UTF8.GetByteCount(text)];
        bytes[0] = (byte)message;
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(1));
        if (attached is null)
        {
            Files.Write(socket, bytes, "sync");
        }
        else
        {
            UnixSockets.Send(socket, bytes, attached);
        }
    }

    /// <summary>Null when the other end is gone. Only a listener and a source come with a descriptor, which is the caller's.</summary>
    private (SyncMessage Message, string Text)? Receive(out FileDescriptor? attached)
    {
        byte[] bytes = new byte[Limit];
        int count = UnixSockets.Receive(socket, bytes, out attached);
        return count == 0 ? null : ((SyncMessage)bytes[0], Encoding.UTF8.GetString(bytes, 1, count - 1));
    }

    /// <summary>The text of a message of this kind; an error that the child sends, or its end, is thrown.</summary>
    public string Expect(SyncMessage expected, Action<FileDescriptor>? takeListener = null)
    {
        (SyncMessage Message, string Text) received = Receive(out FileDescriptor? attached) ?? throw new ContainerException("container init ended before it was ready");
        if (received.Message == SyncMessage.Listener && attached is not null && takeListener is not null)
        {
            using (attached)
            {
                takeListener(attached);
            }

            return Expect(expected);
        }

        attached?.Dispose();
        return Answered(received) ? Expect(expected, takeListener) : Check(received, expected);
    }

    /// <summary>The same for a message that comes with a descriptor, which is the caller's.</summary>
    public FileDescriptor ExpectDescriptor(SyncMessage expected)
    {
        (SyncMessage Message, string Text) received = Receive(out FileDescriptor? attached) ?? throw new ContainerException("the other end was gone before it sent a descriptor");
        return received.Message == expected && attached is not null ? attached
            : throw new ContainerException(received.Message == SyncMessage.Error ? received.Text : $"\"{received.Message}\" for a descriptor was sent");
    }

    /// <summary>The text of a message of this kind; each question before it, a message of another kind, is answered.</summary>
    public string Expect(SyncMessage expected, SyncMessage question, Action<string> answer)
    {
        while (true)
        {
            (SyncMessage Message, string Text) received = Receive(out FileDescriptor? attached) ?? throw new ContainerException("container init ended before it was ready");
            attached?.Dispose();
            if (received.Message == question)
            {
                answer(received.Text);
            }
            else if (!Answered(received))
            {
                return Check(received, expected);
            }
        }
    }

    public void Dispose() => socket.Dispose();

    /// <summary>What a child may say or ask for at any time.</summary>
    private bool Answered((SyncMessage Message, string Text) received)
    {
        if (received.Message == SyncMessage.Debug)
        {
            debug?.Invoke(received.Text);
            return true;
        }

        if (received.Message == SyncMessage.Limits && SetLimits is not null)
        {
            SetLimits();
            Send(SyncMessage.Go);
            return true;
        }

        return false;
    }

    private static string Check((SyncMessage Message, string Text) received, SyncMessage expected) =>
        received.Message == expected ? received.Text
            : received.Message == SyncMessage.Error ? throw new ContainerException(received.Text)
            : throw new ContainerException($"container init sent \"{received.Message}\" for \"{expected}\"");
}
