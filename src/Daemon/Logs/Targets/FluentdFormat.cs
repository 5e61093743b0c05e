using System.Buffers.Binary;
using System.Text;

namespace Wharf.Daemon.Logs.Targets;

/// <summary>Fluentd's forward protocol in message mode: [tag, time, record], in MessagePack.</summary>
/// <param name="Source">Whose lines they are.</param>
/// <param name="SubSecond">Whether the time is given to the nanosecond.</param>
internal sealed record FluentdFormat(LogSource Source, bool SubSecond)
{
    internal byte[] Encode(LogEntry entry)
    {
        var message = new MemoryStream();
        message.WriteByte(0x93);
        Text(message, Encoding.UTF8.GetBytes(Source.Tag));
        Time(message, entry.Time);
        (string Name, byte[] Value)[] record =
        [
            ("container_id", Encoding.UTF8.GetBytes(Source.Id)),
            ("container_name", Encoding.UTF8.GetBytes("/" + Source.Name)),
            ("source", Encoding.UTF8.GetBytes(entry.IsError ? "stderr" : "stdout")),
            ("log", entry.Text),
            .. Source.Attributes.Select(pair => (pair.Key, Encoding.UTF8.GetBytes(pair.Value))),
        ];
        Number(message, 0xde, (ushort)record.Length);
        foreach ((string name, byte[] value) in record)
        {
            Text(message, Encoding.UTF8.GetBytes(name));
            Text(message, value);
        }

        return message.ToArray();
    }

    private void Time(MemoryStream message, DateTimeOffset time)
    {
        uint seconds = (uint)time.ToUnixTimeSeconds();
        Span<byte> bytes = stackalloc byte[10];
        if (!SubSecond)
        {
            bytes[0] = 0xce;
            BinaryPrimitives.WriteUInt32BigEndian(bytes[1..], seconds);
            message.Write(bytes[..5]);
            return;
        }

        // EventTime: an extension of type 0 with eight bytes.
        bytes[0] = 0xd7;
        bytes[1] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], seconds);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[6..], (uint)(time.Ticks % TimeSpan.TicksPerSecond * 100));
        message.Write(bytes);
    }

    private static void Text(MemoryStream message, byte[] text)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = 0xdb;
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)text.Length);
        message.Write(head);
        message.Write(text);
    }

    private static void Number(MemoryStream message, byte kind, ushort number)
    {
        Span<byte> head = stackalloc byte[3];
        head[0] = kind;
        BinaryPrimitives.WriteUInt16BigEndian(head[1..], number);
        message.Write(head);
    }
}
