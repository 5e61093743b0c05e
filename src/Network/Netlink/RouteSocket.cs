using System.Buffers.Binary;
using Wharf.Linux;

namespace Wharf.Network.Netlink;

/// <summary>Requests to the kernel's routing side, and its answers. For one thread.</summary>
internal sealed class RouteSocket : IDisposable
{
    // The kernel fills a dump's datagrams up to 32 KiB.
    private const int LargestAnswer = 64 << 10;
    private const int Attempts = 5;
    private readonly NetlinkSocket socket = NetlinkSocket.OpenRoute();
    private readonly byte[] buffer = new byte[LargestAnswer];

    /// <summary>Runs all requests of a batch, in their order; the first that is refused is thrown, after all have been tried.</summary>
    /// <exception cref="NetlinkException">The kernel's refusal.</exception>
    internal void Execute(MessageBatch batch) => Ask(batch);

    /// <summary>The same, and the messages that came besides the acknowledgements.</summary>
    internal IReadOnlyList<NetlinkMessage> Ask(MessageBatch batch)
    {
        socket.Send(batch.Bytes);
        var answers = new List<NetlinkMessage>();
        NetlinkException? refusal = null;
        for (int open = batch.Steps.Count; open > 0;)
        {
            foreach (NetlinkMessage message in Receive())
            {
                if (message.Sequence == 0 || message.Sequence > batch.Steps.Count)
                {
                    // An answer to a request that was given up.
                    continue;
                }

                if (message.Type == MessageType.Error)
                {
                    open--;
                    refusal ??= Refusal(message, batch.Steps[(int)message.Sequence - 1]);
                    continue;
                }

                answers.Add(message);
            }
        }

        return refusal is null ? answers : throw refusal;
    }

    /// <summary>A whole list. A list that changed while it was read is read again.</summary>
    internal IReadOnlyList<NetlinkMessage> List(string step, MessageType type, int fixedSize, byte family)
    {
        for (int attempt = 1; ; attempt++)
        {
            var batch = new MessageBatch();
            batch.Begin(step, type, MessageFlags.Dump, fixedSize)[0] = family;
            socket.Send(batch.Bytes);
            if (ReadList(step) is { } list)
            {
                return list;
            }

            if (attempt == Attempts)
            {
                throw new NetlinkException(step, Errno.EINTR);
            }
        }
    }

    public void Dispose() => socket.Dispose();

    /// <summary>Null when it changed meanwhile.</summary>
    private List<NetlinkMessage>? ReadList(string step)
    {
        var found = new List<NetlinkMessage>();
        bool interrupted = false;
        while (true)
        {
            foreach (NetlinkMessage message in Receive())
            {
                interrupted |= message.Flags.HasFlag(AnswerFlags.DumpInterrupted);
                switch (message.Type)
                {
                    case MessageType.Done:
                        return interrupted ? null : found;
                    case MessageType.Error:
                        throw Refusal(message, step) ?? new NetlinkException($"{step}: an acknowledgement in a list");
                    default:
                        found.Add(message);
                        break;
                }
            }
        }
    }

    private IReadOnlyList<NetlinkMessage> Receive()
    {
        int length = socket.Receive(buffer);

        // What is kept outlives the buffer's next filling.
        return NetlinkMessage.Split(buffer.AsMemory(0, length).ToArray());
    }

    /// <summary>Null for an acknowledgement.</summary>
    internal static NetlinkException? Refusal(NetlinkMessage message, string step)
    {
        const ushort words = 1;
        const int fixedSize = 4 + NetlinkMessage.HeaderSize;
        if (message.Body.Length < fixedSize)
        {
            return new NetlinkException($"{step}: an answer of {message.Body.Length} bytes");
        }

        int error = BinaryPrimitives.ReadInt32LittleEndian(message.Body.Span);
        if (error == 0)
        {
            return null;
        }

        // Unless capped, the whole request comes back before the words.
        int request = BinaryPrimitives.ReadInt32LittleEndian(message.Body.Span[4..]);
        int skip = message.Flags.HasFlag(AnswerFlags.Capped) ? fixedSize : 4 + NetlinkMessage.Aligned(Math.Max(request, NetlinkMessage.HeaderSize));
        string? said = message.Flags.HasFlag(AnswerFlags.Extended) && skip >= fixedSize && skip <= message.Body.Length
            ? AttributeTable.Of(message.Body[skip..]).Text(words)
            : null;
        return new NetlinkException(step, (Errno)(error == int.MinValue ? 0 : Math.Abs(error)), said);
    }
}
