using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Wharf.Linux;

namespace Wharf.Containerd.Layers;

/// <summary>
/// Reads a layer as a stream, entry by entry. By hand, because the library's reader turns the binary values of extended attributes
/// into text and back (decision 0007). Every length is checked before it is believed.
/// </summary>
internal sealed class TarReader(Stream stream)
{
    private const int BlockSize = 512;
    private const int ExtendedLimit = 1 << 20;
    private const string AttributePrefix = "SCHILY.xattr.";
    private readonly byte[] header = new byte[BlockSize];
    private readonly Dictionary<string, byte[]> common = [];
    private long left;
    private int padding;

    /// <summary>The next entry; null at the end of the archive. What was not read of the one before is passed over.</summary>
    public TarEntry? Next()
    {
        string? longName = null, longLink = null;
        var extended = new Dictionary<string, byte[]>(common);
        while (true)
        {
            PassOver();
            if (!ReadHeader())
            {
                return null;
            }

            char kind = (char)header[156];
            long size = Number(124, 12, "size");
            switch (kind)
            {
                case 'x':
                    ReadRecords(Take(size, "pax header"), extended);
                    continue;
                case 'g':
                    ReadRecords(Take(size, "pax global header"), common);
                    foreach ((string key, byte[] value) in common)
                    {
                        extended[key] = value;
                    }

                    continue;
                case 'L':
                    longName = Text(Take(size, "long name"));
                    continue;
                case 'K':
                    longLink = Text(Take(size, "long link name"));
                    continue;
                default:
                    return Entry(kind, size, longName, longLink, extended);
            }
        }
    }

    /// <summary>Reads data of the entry; 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, left);
        if (wanted == 0)
        {
            return 0;
        }

        int count = stream.Read(buffer[..wanted]);
        if (count == 0)
        {
            throw new InvalidDataException("read layer: unexpected EOF");
        }

        left -= count;
        return count;
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return PathText.Decode(end < 0 ? bytes : bytes[..end]);
    }

    private static void ReadRecords(ReadOnlySpan<byte> bytes, Dictionary<string, byte[]> records)
    {
        while (!bytes.IsEmpty)
        {
            // "LENGTH KEY=VALUE\n", the length counts all of it.
            if (!Utf8Parser.TryParse(bytes, out int length, out int digits) || length <= digits + 2 || length > bytes.Length || bytes[digits] != ' ' || bytes[length - 1] != '\n')
            {
                throw new InvalidDataException("read layer: malformed pax record");
            }

            ReadOnlySpan<byte> record = bytes[(digits + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw new InvalidDataException("read layer: malformed pax record");
            }

            records[Encoding.UTF8.GetString(record[..equals])] = record[(equals + 1)..].ToArray();
            bytes = bytes[length..];
        }
    }

    private TarEntry Entry(char kind, long size, string? longName, string? longLink, Dictionary<string, byte[]> extended)
    {
        string? Pax(string key) => extended.TryGetValue(key, out byte[]? value) ? PathText.Decode(value) : null;
        if (kind == 'S' || extended.Keys.Any(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal)))
        {
            throw new InvalidDataException($"read layer: entry \"{longName ?? Pax("path") ?? HeaderName()}\": sparse files are not supported");
        }

        if (Pax("size") is { } text && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size < 0))
        {
            throw new InvalidDataException($"read layer: malformed size \"{text}\"");
        }

        string name = Pax("path") ?? longName ?? HeaderName();
        if (kind is '\0' or '7')
        {
            // Before ustar a directory was told by its slash; contiguous files are files.
            kind = kind == '\0' && name.EndsWith('/') ? '5' : '0';
        }

        (long seconds, long nanoseconds) = Time(Pax("mtime"));
        bool hasData = kind == '0';
        left = hasData ? size : 0;
        padding = hasData ? (int)(-size & (BlockSize - 1)) : 0;
        return new TarEntry
        {
            Name = name,
            Kind = kind,
            LinkName = Pax("linkpath") ?? longLink ?? Text(header.AsSpan(157, 100)),
            Mode = (uint)Number(100, 8, "mode") & 0xfff,
            User = Id(Pax("uid"), 108, "uid"),
            Group = Id(Pax("gid"), 116, "gid"),
            Size = left,
            Seconds = seconds,
            Nanoseconds = nanoseconds,
            Major = kind is '3' or '4' ? (uint)Number(329, 8, "major") : 0,
            Minor = kind is '3' or '4' ? (uint)Number(337, 8, "minor") : 0,
            Attributes = [.. extended.Where(one => one.Key.StartsWith(AttributePrefix, StringComparison.Ordinal)).Select(one => (one.Key[AttributePrefix.Length..], one.Value))],
        };
    }

    private string HeaderName()
    {
        string name = Text(header.AsSpan(0, 100));

        // GNU's own format, "ustar  ", has other fields in the place of the prefix.
        bool posix = header.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        string prefix = posix ? Text(header.AsSpan(345, 155)) : string.Empty;
        return prefix.Length == 0 ? name : prefix + "/" + name;
    }

    private (long Seconds, long Nanoseconds) Time(string? text)
    {
        if (text is null)
        {
            return (Number(136, 12, "mtime"), 0);
        }

        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) && Math.Abs(value) < 1e12m
            ? ((long)Math.Floor(value), (long)((value - Math.Floor(value)) * 1_000_000_000m))
            : throw new InvalidDataException($"read layer: malformed time \"{text}\"");
    }

    private uint Id(string? text, int offset, string what)
    {
        long value = text is null ? Number(offset, 8, what) : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long parsed) ? parsed : -1;
        return value is >= 0 and < uint.MaxValue ? (uint)value : throw new InvalidDataException($"read layer: malformed {what} \"{text ?? value.ToString(CultureInfo.InvariantCulture)}\"");
    }

    /// <summary>Octal digits, or GNU's base 256 when the first bit is set.</summary>
    private long Number(int offset, int length, string what)
    {
        ReadOnlySpan<byte> field = header.AsSpan(offset, length);
        if ((field[0] & 0x80) != 0)
        {
            long large = (field[0] & 0x40) != 0 ? -1 : 0;
            large = (large << 6) | (uint)(field[0] & 0x3f);
            foreach (byte one in field[1..])
            {
                if (large is > (long.MaxValue >> 8) or < (long.MinValue >> 8))
                {
                    throw new InvalidDataException($"read layer: {what} out of range");
                }

                large = (large << 8) | one;
            }

            return large < 0 && what != "mtime" ? throw new InvalidDataException($"read layer: negative {what}") : large;
        }

        long value = 0;
        foreach (byte one in field.Trim("\0 "u8))
        {
            if (one is < (byte)'0' or > (byte)'7')
            {
                throw new InvalidDataException($"read layer: malformed {what}");
            }

            value = (value << 3) | (uint)(one - '0');
        }

        return value;
    }

    private bool ReadHeader()
    {
        int count = stream.ReadAtLeast(header, BlockSize, throwOnEndOfStream: false);
        if (count == 0)
        {
            return false;
        }

        if (count < BlockSize)
        {
            throw new InvalidDataException("read layer: unexpected EOF");
        }

        if (!header.AsSpan().ContainsAnyExcept((byte)0))
        {
            return false;
        }

        long sum = 8 * ' ';
        for (int index = 0; index < BlockSize; index++)
        {
            sum += index is >= 148 and < 156 ? 0 : header[index];
        }

        return Number(148, 8, "checksum") == sum ? true : throw new InvalidDataException("read layer: invalid tar header");
    }

    private byte[] Take(long size, string what)
    {
        if (size is < 0 or > ExtendedLimit)
        {
            throw new InvalidDataException($"read layer: {what} of {size} bytes");
        }

        byte[] bytes = new byte[size];
        left = size;
        padding = (int)(-size & (BlockSize - 1));
        int filled = 0;
        while (filled < bytes.Length)
        {
            filled += Read(bytes.AsSpan(filled));
        }

        return bytes;
    }

    private void PassOver()
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (left > 0)
        {
            Read(buffer);
        }

        left = padding;
        padding = 0;
        while (left > 0)
        {
            Read(buffer);
        }
    }
}
