using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Wharf.ContainerdApi.Grpc;

/// <summary>
/// What gRPC adds to HTTP/2, for both sides: a prefix before each message, a status in the trailers, a time limit in the headers.
/// Source: the protocol's own page, "gRPC over HTTP2".
/// </summary>
public static class GrpcWire
{
    /// <summary>A byte that is 1 when the message is compressed, and its length in 4 bytes, highest first.</summary>
    public const int PrefixSize = 5;

    /// <summary>In bytes, in either direction: containerd's own limit, and that of its clients.</summary>
    public const int LargestMessage = 16 << 20;

    public const string ContentType = "application/grpc";
    public const string StatusHeader = "grpc-status";
    public const string MessageHeader = "grpc-message";
    public const string TimeoutHeader = "grpc-timeout";

    private const int TimeoutDigits = 8;

    /// <summary>Writes the prefix of a message of so many bytes.</summary>
    public static void WritePrefix(Span<byte> prefix, int length)
    {
        prefix[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)length);
    }

    /// <summary>The length that a prefix gives, in bytes.</summary>
    public static (bool Compressed, uint Length) ReadPrefix(ReadOnlySpan<byte> prefix) => (prefix[0] != 0, BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]));

    /// <summary>A header has printable ASCII only: all else, and the sign itself, becomes %XX of its UTF-8 bytes.</summary>
    public static string EncodeMessage(string message)
    {
        if (message.All(character => character is >= ' ' and <= '~' and not '%'))
        {
            return message;
        }

        var encoded = new StringBuilder(message.Length * 2);
        foreach (byte octet in Encoding.UTF8.GetBytes(message))
        {
            _ = octet is >= (byte)' ' and <= (byte)'~' and not (byte)'%' ? encoded.Append((char)octet) : encoded.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    /// <summary>The text that <see cref="EncodeMessage"/> was given. What was never encoded stays as it is.</summary>
    public static string DecodeMessage(string header) => header.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(header) : header;

    /// <summary>The limit of a header like "500m"; null when it is none that the protocol knows.</summary>
    public static TimeSpan? ParseTimeout(string header)
    {
        if (header.Length is < 2 or > TimeoutDigits + 1 || !long.TryParse(header.AsSpan(0, header.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long value))
        {
            return null;
        }

        return header[^1] switch
        {
            'n' => TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick),
            'u' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMicrosecond),
            'm' => TimeSpan.FromMilliseconds(value),
            'S' => TimeSpan.FromSeconds(value),
            'M' => TimeSpan.FromMinutes(value),
            'H' => TimeSpan.FromHours(value),
            _ => null,
        };
    }

    /// <summary>The header for a limit: the finest unit in which it has no more than eight digits, rounded up, never negative.</summary>
    public static string FormatTimeout(TimeSpan limit)
    {
        const long Largest = 99_999_999;
        long ticks = Math.Max(0, limit.Ticks);
        foreach ((char unit, long size) in new[] { ('u', TimeSpan.TicksPerMicrosecond), ('m', TimeSpan.TicksPerMillisecond), ('S', TimeSpan.TicksPerSecond), ('M', TimeSpan.TicksPerMinute) })
        {
            long count = (ticks / size) + (ticks % size > 0 ? 1 : 0);
            if (count <= Largest)
            {
                return count.ToString(CultureInfo.InvariantCulture) + unit;
            }
        }

        return Math.Min(Largest, ticks / TimeSpan.TicksPerHour).ToString(CultureInfo.InvariantCulture) + "H";
    }
}
