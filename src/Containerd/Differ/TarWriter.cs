using System.Globalization;
using System.Text;
using Wharf.Containerd.Layers;
using Wharf.Linux;

namespace Wharf.Containerd.Differ;

/// <summary>
/// Writes entries as ustar, with pax records for what does not fit there, and byte for byte as Go's archive/tar does: the same tree
/// gives the same layer, whoever makes it.
/// </summary>
internal sealed class TarWriter(Stream stream)
{
    private const int BlockSize = 512;
    private const int NameSize = 100;
    private const int PrefixSize = 155;
    private static readonly byte[] Zeros = new byte[2 * BlockSize];
    private long left;
    private int padding;

    /// <summary>Begins an entry; as many bytes of data as it says must follow.</summary>
    public void Write(TarEntry entry)
    {
        EndEntry();
        byte[] name = PathText.Encode(entry.Name);
        byte[] link = PathText.Encode(entry.LinkName);
        SortedDictionary<string, byte[]> records = Records(entry, name, link);
        byte[] header = new byte[BlockSize];
        if (records.Count > 0)
        {
            WriteRecords(entry.Name, records);
            Text(header.AsSpan(0, NameSize), Ascii(name));
        }
        else if (TrySplit(name, out ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> rest))
        {
            Text(header.AsSpan(0, NameSize), rest);
            Text(header.AsSpan(345, PrefixSize), prefix);
        }
        else
        {
            Text(header.AsSpan(0, NameSize), name);
        }

        header[156] = (byte)entry.Kind;
        Text(header.AsSpan(157, NameSize), Ascii(link));
        Octal(header.AsSpan(100, 8), entry.Mode);
        Octal(header.AsSpan(108, 8), entry.User);
        Octal(header.AsSpan(116, 8), entry.Group);
        Octal(header.AsSpan(124, 12), entry.Size);
        Octal(header.AsSpan(136, 12), entry.Seconds);
        Octal(header.AsSpan(329, 8), entry.Major);
        Octal(header.AsSpan(337, 8), entry.Minor);
        Seal(header);
        stream.Write(header);
        left = entry.Size;
        padding = (int)(-entry.Size & (BlockSize - 1));
    }

    public void WriteData(ReadOnlySpan<byte> data)
    {
        stream.Write(data);
        left -= data.Length;
    }

    /// <summary>The two empty blocks at the end.</summary>
    public void Finish()
    {
        EndEntry();
        stream.Write(Zeros);
    }

    private static SortedDictionary<string, byte[]> Records(TarEntry entry, byte[] name, byte[] link)
    {
        var records = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        void Number(string key, long value, int size)
        {
            if (!FitsOctal(value, size))
            {
                records[key] = Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
            }
        }

        if (!Ascii(link).SequenceEqual(link) || link.Length > NameSize)
        {
            records["linkpath"] = link;
        }

        Number("uid", entry.User, 8);
        Number("gid", entry.Group, 8);
        Number("size", entry.Size, 12);
        Number("mtime", entry.Seconds, 12);
        foreach ((string attribute, byte[] value) in entry.Attributes)
        {
            records["SCHILY.xattr." + attribute] = value;
        }

        // Where other records are needed anyway, a long name is one of them too.
        if (!Ascii(name).SequenceEqual(name) || (name.Length > NameSize && (records.Count > 0 || !TrySplit(name, out _, out _))))
        {
            records["path"] = name;
        }

        return records;
    }

    private void WriteRecords(string name, SortedDictionary<string, byte[]> records)
    {
        var data = new MemoryStream();
        foreach ((string key, byte[] value) in records)
        {
            // "LENGTH KEY=VALUE\n", and the length counts its own digits.
            int rest = Encoding.UTF8.GetByteCount(key) + value.Length + 3;
            int length = rest + Digits(rest);
            length = rest + Digits(length);
            data.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {key}=")));
            data.Write(value);
            data.WriteByte((byte)'\n');
        }

        (string folder, string last) = EntryPath.Split(name);
        byte[] header = new byte[BlockSize];
        ReadOnlySpan<byte> given = Ascii(PathText.Encode(string.Join('/', ((string[])[folder, "PaxHeaders.0", last]).Where(part => part.Length > 0))));
        Text(header.AsSpan(0, NameSize), given[..Math.Min(NameSize, given.Length)].TrimEnd((byte)'/'));
        header[156] = (byte)'x';
        Octal(header.AsSpan(100, 8), 0);
        Octal(header.AsSpan(108, 8), 0);
        Octal(header.AsSpan(116, 8), 0);
        Octal(header.AsSpan(124, 12), data.Length);
        Octal(header.AsSpan(136, 12), 0);
        Seal(header);
        stream.Write(header);
        stream.Write(data.GetBuffer().AsSpan(0, (int)data.Length));
        stream.Write(Zeros.AsSpan(0, (int)(-data.Length & (BlockSize - 1))));
    }

    private void EndEntry()
    {
        if (left != 0)
        {
            throw new InvalidOperationException($"make layer: {left} bytes of the entry are missing");
        }

        stream.Write(Zeros.AsSpan(0, padding));
        padding = 0;
    }

    /// <summary>ustar has room for longer names in two pieces, divided at a slash.</summary>
    private static bool TrySplit(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> rest)
    {
        prefix = rest = default;
        if (name.Length <= NameSize || name.ContainsAnyExceptInRange((byte)1, (byte)127))
        {
            return false;
        }

        int length = name.Length > PrefixSize + 1 ? PrefixSize + 1 : name[^1] == '/' ? name.Length - 1 : name.Length;
        int slash = name[..length].LastIndexOf((byte)'/');
        if (slash <= 0 || name.Length - slash - 1 is > NameSize or 0)
        {
            return false;
        }

        prefix = name[..slash];
        rest = name[(slash + 1)..];
        return true;
    }

    private static byte[] Ascii(byte[] text) => text.AsSpan().ContainsAnyExceptInRange((byte)1, (byte)127) ? [.. text.Where(one => one is > 0 and < 128)] : text;

    private static void Text(Span<byte> field, ReadOnlySpan<byte> text)
    {
        text[..Math.Min(text.Length, field.Length)].CopyTo(field);
        if (text.Length > field.Length && field[^1] == '/')
        {
            // A name that is cut at a slash would look like a directory.
            field[field.TrimEnd((byte)'/').Length] = 0;
        }
    }

    private static bool FitsOctal(long value, int size) => value >= 0 && value < 1L << ((size - 1) * 3);

    /// <summary>What does not fit is in a record, and 0 here.</summary>
    private static void Octal(Span<byte> field, long value)
    {
        string digits = Convert.ToString(FitsOctal(value, field.Length) ? value : 0, 8).PadLeft(field.Length - 1, '0');
        Encoding.ASCII.GetBytes(digits, field);
    }

    private static void Seal(Span<byte> header)
    {
        "ustar\000"u8.CopyTo(header[257..]);
        long sum = 8 * ' ';
        foreach (byte one in header)
        {
            sum += one;
        }

        Octal(header.Slice(148, 7), sum);
        header[155] = (byte)' ';
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
