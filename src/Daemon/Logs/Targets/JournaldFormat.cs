using System.Buffers.Binary;
using System.Text;

namespace Wharf.Daemon.Logs.Targets;

/// <summary>systemd-journald's native protocol: one datagram of fields a line. A value with an end of line in it is given by its length.</summary>
internal sealed record JournaldFormat(LogSource Source)
{
    internal const string Socket = "/run/systemd/journal/socket";

    internal byte[] Encode(LogEntry entry)
    {
        var message = new MemoryStream();
        Field(message, "MESSAGE", entry.Text);
        Field(message, "PRIORITY", entry.IsError ? "3" : "6");
        Field(message, "CONTAINER_ID", Source.ShortId);
        Field(message, "CONTAINER_ID_FULL", Source.Id);
        Field(message, "CONTAINER_NAME", Source.Name);
        Field(message, "CONTAINER_TAG", Source.Tag);
        Field(message, "IMAGE_NAME", Source.ImageName);
        Field(message, "SYSLOG_IDENTIFIER", Source.Tag);
        Field(message, "SYSLOG_TIMESTAMP", Timestamps.Text(entry.Time));
        foreach ((string name, string value) in Source.Attributes)
        {
            Field(message, Name(name), value);
        }

        return message.ToArray();
    }

    /// <summary>Upper case, digits and underscores, no underscore first.</summary>
    private static string Name(string name) =>
        string.Concat(name.ToUpperInvariant().Select(letter => letter is (>= 'A' and <= 'Z') or (>= '0' and <= '9') ? letter : '_')).TrimStart('_');

    private static void Field(MemoryStream message, string name, string value) => Field(message, name, Encoding.UTF8.GetBytes(value));

    private static void Field(MemoryStream message, string name, byte[] value)
    {
        message.Write(Encoding.ASCII.GetBytes(name));
        if (value.Contains((byte)'\n'))
        {
            message.WriteByte((byte)'\n');
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)value.Length);
            message.Write(length);
        }
        else
        {
            message.WriteByte((byte)'=');
        }

        message.Write(value);
        message.WriteByte((byte)'\n');
    }
}
