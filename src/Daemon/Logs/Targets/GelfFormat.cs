using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Wharf.Daemon.Logs.Targets;

/// <summary>Graylog's messages, GELF 1.1: compressed and in chunks by datagram, ended by a zero byte on a connection.</summary>
/// <param name="Source">Whose lines they are.</param>
/// <param name="IsStream">Of a connection.</param>
/// <param name="Compression">"gzip", "zlib" or "none".</param>
internal sealed record GelfFormat(LogSource Source, bool IsStream, string Compression)
{
    private const int ChunkSize = 1420;
    private const int HeaderSize = 12;
    private const int MostChunks = 128;

    internal IReadOnlyList<byte[]> Encode(LogEntry entry)
    {
        byte[] message = Document(entry);
        if (IsStream)
        {
            return [[.. message, 0]];
        }

        byte[] packed = Pack(message);
        return packed.Length <= ChunkSize ? [packed] : Chunks(packed);
    }

    /// <summary>Two magic bytes, the message's id, the chunk's number, and how many there are.</summary>
    private static byte[][] Chunks(byte[] packed)
    {
        const int room = ChunkSize - HeaderSize;
        int count = (packed.Length + room - 1) / room;
        if (count > MostChunks)
        {
            throw new InvalidOperationException($"a message of {packed.Length} bytes is longer than {MostChunks} chunks");
        }

        byte[] id = RandomNumberGenerator.GetBytes(8);
        return [.. Enumerable.Range(0, count).Select(number => (byte[])[0x1e, 0x0f, .. id, (byte)number, (byte)count, .. packed.AsSpan(number * room, Math.Min(room, packed.Length - (number * room)))])];
    }

    private byte[] Pack(byte[] message)
    {
        if (Compression == "none")
        {
            return message;
        }

        var packed = new MemoryStream();
        using (Stream writer = Compression == "zlib" ? new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            writer.Write(message);
        }

        return packed.ToArray();
    }

    private byte[] Document(LogEntry entry)
    {
        var document = new MemoryStream();
        using (var writer = new Utf8JsonWriter(document, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "1.1");
            writer.WriteString("host", Environment.MachineName);
            writer.WriteString("short_message", Encoding.UTF8.GetString(entry.Text));
            writer.WriteNumber("timestamp", (entry.Time - DateTimeOffset.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond);
            writer.WriteNumber("level", entry.IsError ? 3 : 6);
            writer.WriteString("_command", Source.Command);
            writer.WriteString("_container_id", Source.Id);
            writer.WriteString("_container_name", Source.Name);
            writer.WriteString("_created", Source.Created.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("_image_id", Source.ImageId);
            writer.WriteString("_image_name", Source.ImageName);
            writer.WriteString("_tag", Source.Tag);
            foreach ((string name, string value) in Source.Attributes)
            {
                writer.WriteString("_" + name, value);
            }

            writer.WriteEndObject();
        }

        return document.ToArray();
    }
}
