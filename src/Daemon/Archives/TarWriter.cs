using System.Globalization;
using System.Text;
using Wharf.Linux;

namespace Wharf.Daemon.Archives;

/// <summary>
/// Writes pax archives: POSIX.1-2017, pax(1), "pax Interchange Format". System.Formats.Tar has attributes as text only, which a file's
/// capability is not.
/// </summary>
internal sealed class TarWriter(Stream output)
{
    private const int Block = 512;
    private const int NameField = 100;
    private const long LargestOctal = 0x1FFFFFFFF;
    private const uint LargestShortOctal = 0x1FFFFF;
    private static readonly byte[] Zeros = new byte[Block * 2];

    /// <summary>One entry; the content of a file follows by <see cref="WriteContentAsync"/>.</summary>
    internal async Task WriteAsync(TarHeader header, CancellationToken cancellation)
    {
        byte[] name = PathText.Encode(header.Name);
        byte[] link = PathText.Encode(header.Link);
        var records = new MemoryStream();
        if (name.Length > NameField || !Ascii.IsValid(name))
        {
            Record(records, "path", name);
        }

        if (link.Length > NameField || !Ascii.IsValid(link))
        {
            Record(records, "linkpath", link);
        }

        if (header.Size > LargestOctal)
        {
            Record(records, "size", Encoding.ASCII.GetBytes(header.Size.ToString(CultureInfo.InvariantCulture)));
        }

        if (header.User > LargestShortOctal)
        {
            Record(records, "uid", Encoding.ASCII.GetBytes(header.User.ToString(CultureInfo.InvariantCulture)));
        }

        if (header.Group > LargestShortOctal)
        {
            Record(records, "gid", Encoding.ASCII.GetBytes(header.Group.ToString(CultureInfo.InvariantCulture)));
        }

        if (header.Nanoseconds != 0 || header.Seconds < 0)
        {
            Record(records, "mtime", Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{header.Seconds}.{header.Nanoseconds:D9}")));
        }

        foreach ((string attribute, byte[] value) in header.Attributes)
        {
            Record(records, "SCHILY.xattr." + attribute, value);
        }

        if (records.Length > 0)
        {
            byte[] body = records.ToArray();
            await output.WriteAsync(Head(new TarHeader { Name = "PaxHeaders.0/entry", Kind = 'x', Mode = 0x1a4, Size = body.Length }, "PaxHeaders.0/entry"u8, default), cancellation).ConfigureAwait(false);
            await output.WriteAsync(body, cancellation).ConfigureAwait(false);
            await PadAsync(body.Length, cancellation).ConfigureAwait(false);
        }

        await output.WriteAsync(Head(header, name, link), cancellation).ConfigureAwait(false);
    }

    /// <summary>The content of the file whose header came before: exactly as many bytes as that said, whatever becomes of the file meanwhile.</summary>
    internal async Task WriteContentAsync(FileDescriptor file, TarHeader header, CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 16];
        long left = header.Size;
        while (left > 0)
        {
            int count = Files.Read(file, buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)), header.Name);
            if (count == 0)
            {
                throw new IOException($"read \"{header.Name}\": file became shorter while it was read");
            }

            await output.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            left -= count;
        }

        await PadAsync(header.Size, cancellation).ConfigureAwait(false);
    }

    internal async Task EndAsync(CancellationToken cancellation) => await output.WriteAsync(Zeros, cancellation).ConfigureAwait(false);

    private async Task PadAsync(long length, CancellationToken cancellation)
    {
        if (length % Block != 0)
        {
            await output.WriteAsync(Zeros.AsMemory(0, (int)(Block - (length % Block))), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>LENGTH NAME=VALUE, where the length counts its own digits.</summary>
    private static void Record(MemoryStream records, string name, ReadOnlySpan<byte> value)
    {
        int rest = Encoding.UTF8.GetByteCount(name) + value.Length + 3;
        int length = rest + Digits(rest);
        length = rest + Digits(length);
        records.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {name}=")));
        records.Write(value);
        records.WriteByte((byte)'\n');
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    private static byte[] Head(TarHeader header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> link)
    {
        byte[] block = new byte[Block];
        Span<byte> span = block;
        name[..Math.Min(name.Length, NameField)].CopyTo(span);
        Octal(span.Slice(100, 8), header.Mode);
        Octal(span.Slice(108, 8), header.User > LargestShortOctal ? 0 : header.User);
        Octal(span.Slice(116, 8), header.Group > LargestShortOctal ? 0 : header.Group);
        Octal(span.Slice(124, 12), header.Size > LargestOctal ? 0 : header.Size);
        Octal(span.Slice(136, 12), Math.Max(0, header.Seconds));
        span[156] = (byte)header.Kind;
        link[..Math.Min(link.Length, NameField)].CopyTo(span[157..]);
        "ustar\0"u8.CopyTo(span[257..]);
        span[263] = (byte)'0';
        span[264] = (byte)'0';
        Octal(span.Slice(329, 8), header.DeviceMajor);
        Octal(span.Slice(337, 8), header.DeviceMinor);
        span.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte one in block)
        {
            sum += one;
        }

        Octal(span.Slice(148, 7), sum);
        return block;
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (int at = field.Length - 2; at >= 0; at--)
        {
            field[at] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        field[^1] = 0;
    }
}
