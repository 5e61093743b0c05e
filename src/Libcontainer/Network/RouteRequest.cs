using System.Buffers.Binary;
using System.Text;
using Wharf.Linux;

namespace Wharf.Libcontainer.Network;

/// <summary>One request of rtnetlink(7) and its answers.</summary>
internal sealed class RouteRequest
{
    internal const ushort NewLink = 16;
    internal const ushort GetLink = 18;
    internal const ushort NewAddress = 20;
    internal const ushort GetAddress = 22;
    internal const ushort Dump = 0x300;
    internal const ushort CreateNew = 0x600;
    private const int HeaderSize = 16;
    private const ushort ErrorType = 2;
    private const ushort DoneType = 3;
    private readonly string step;
    private readonly List<byte> bytes = [];

    internal RouteRequest(string step, ushort type, ushort flags, ReadOnlySpan<byte> fixedPart)
    {
        const ushort requestAndAcknowledge = 5;
        this.step = step;
        Span<byte> header = stackalloc byte[HeaderSize];
        header.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)(flags | requestAndAcknowledge));
        bytes.AddRange(header);
        bytes.AddRange(fixedPart);
    }

    internal RouteRequest With(ushort attribute, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(head[2..], attribute);
        bytes.AddRange(head);
        bytes.AddRange(value);
        while (bytes.Count % 4 != 0)
        {
            bytes.Add(0);
        }

        return this;
    }

    internal RouteRequest With(ushort attribute, string text) => With(attribute, Encoding.UTF8.GetBytes(text + '\0'));

    internal RouteRequest With(ushort attribute, int number)
    {
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(value, number);
        return With(attribute, value);
    }

    /// <summary>The bodies of the answers, without their headers.</summary>
    internal List<byte[]> Ask(NetlinkSocket socket)
    {
        byte[] message = [.. bytes];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        socket.Send(message);
        var answers = new List<byte[]>();
        byte[] buffer = new byte[65536];
        while (true)
        {
            ReadOnlySpan<byte> left = buffer.AsSpan(0, socket.Receive(buffer));
            while (left.Length >= HeaderSize)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(left);
                if (length < HeaderSize || length > left.Length)
                {
                    throw new ContainerException($"{step}: the kernel's answer has no length");
                }

                ushort type = BinaryPrimitives.ReadUInt16LittleEndian(left[4..]);
                if (type is ErrorType or DoneType)
                {
                    int errno = type == ErrorType ? -BinaryPrimitives.ReadInt32LittleEndian(left[HeaderSize..]) : 0;
                    return errno == 0 ? answers : throw new ContainerException($"{step}: {ErrnoText.Of((Errno)errno)}");
                }

                answers.Add(left[HeaderSize..length].ToArray());
                left = left[Math.Min(left.Length, (length + 3) & ~3)..];
            }
        }
    }
}
