using System.Formats.Tar;
using System.Text;
using CsCheck;
using Wharf.Containerd.Layers;
using TarReader = Wharf.Containerd.Layers.TarReader;

namespace Wharf.Containerd.Tests.Layers;

public sealed class TarReaderTests
{
    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void What_the_library_writes_is_read(TarEntryFormat format)
    {
        string longName = "directory/" + string.Concat(Enumerable.Repeat("component/", format == TarEntryFormat.Ustar ? 10 : 30)) + "file";
        byte[] content = Encoding.UTF8.GetBytes(new string('x', 1234));
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
        {
            writer.WriteEntry(Entry(format, TarEntryType.RegularFile, longName, content));
            TarEntryTypeLink(writer, format);
        }

        tar.Position = 0;
        var reader = new TarReader(tar);
        Wharf.Containerd.Layers.TarEntry file = reader.Next()!;
        Assert.Equal(longName, file.Name);
        Assert.Equal('0', file.Kind);
        Assert.Equal(content.Length, file.Size);
        byte[] read = new byte[2000];
        int count = 0, more;
        while ((more = reader.Read(read.AsSpan(count))) > 0)
        {
            count += more;
        }

        Assert.Equal(content, read[..count]);
        Wharf.Containerd.Layers.TarEntry link = reader.Next()!;
        Assert.Equal(('2', "link", "target"), (link.Kind, link.Name, link.LinkName));
        Assert.Equal(0x1ffu, link.Mode);
        Assert.Null(reader.Next());
    }

    [Fact]
    public void Binary_attributes_are_read_byte_by_byte()
    {
        byte[] value = [1, 0, 0, 2, 0, 0x20, 0xff, 0xfe, (byte)'\n', 0];
        var tar = new MemoryStream();
        byte[] record = [.. Encoding.UTF8.GetBytes("SCHILY.xattr.security.capability="), .. value, (byte)'\n'];
        byte[] records = [.. Encoding.UTF8.GetBytes($"{record.Length + 3} "), .. record];
        tar.Write(RawTar.Header("x", 'x', records.Length));
        tar.Write(RawTar.Padded(records));
        tar.Write(RawTar.Header("file", '0', 0));
        tar.Position = 0;
        Wharf.Containerd.Layers.TarEntry entry = new TarReader(tar).Next()!;
        Assert.Equal("security.capability", Assert.Single(entry.Attributes).Name);
        Assert.Equal(value, entry.Attributes[0].Value);
    }

    [Fact]
    public void Times_have_fractions()
    {
        byte[] records = "30 mtime=1700000000.123456789\n"u8.ToArray();
        var tar = new MemoryStream([.. RawTar.Header("x", 'x', records.Length), .. RawTar.Padded(records), .. RawTar.Header("file", '0', 0)]);
        Wharf.Containerd.Layers.TarEntry entry = new TarReader(tar).Next()!;
        Assert.Equal((1700000000L, 123456789L), (entry.Seconds, entry.Nanoseconds));
    }

    [Fact]
    public void A_truncated_archive_is_an_error_at_every_length()
    {
        byte[] whole = [.. RawTar.Header("file", '0', 700), .. new byte[1024], .. RawTar.Header("next", '0', 0)];
        for (int length = 1; length < whole.Length; length += 7)
        {
            var reader = new TarReader(new MemoryStream(whole[..length]));
            bool atHeader = length is 1536;
            if (!atHeader)
            {
                Assert.Throws<InvalidDataException>(() =>
                {
                    while (reader.Next() is not null)
                    {
                    }
                });
            }
        }
    }

    [Theory]
    [InlineData("7 a=b")]
    [InlineData("99 a=b\n")]
    [InlineData("0 \n")]
    [InlineData("-1 a=b\n")]
    [InlineData("x")]
    [InlineData("6 a b\n")]
    public void Malformed_records_are_errors(string records)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(records);
        var tar = new MemoryStream([.. RawTar.Header("x", 'x', bytes.Length), .. RawTar.Padded(bytes), .. RawTar.Header("file", '0', 0)]);
        Assert.Throws<InvalidDataException>(() => new TarReader(tar).Next());
    }

    [Fact]
    public void A_header_of_a_terabyte_of_names_is_refused() =>
        Assert.Throws<InvalidDataException>(() => new TarReader(new MemoryStream(RawTar.Header("x", 'L', 1L << 30))).Next());

    [Fact]
    public void Garbage_never_does_more_than_fail() =>
        Gen.Byte.Array[0, 2048].Sample(bytes =>
        {
            try
            {
                var reader = new TarReader(new MemoryStream(bytes));
                while (reader.Next() is not null)
                {
                }
            }
            catch (InvalidDataException)
            {
                // The answer to garbage.
            }
        });

    [Fact]
    public void Damaged_headers_never_do_more_than_fail() =>
        Gen.Select(Gen.Int[0, 511], Gen.Byte).Sample((position, value) =>
        {
            byte[] header = RawTar.Header("file", '0', 3);
            header[position] = value;
            RawTar.Sum(header);
            try
            {
                var reader = new TarReader(new MemoryStream([.. header, .. new byte[512]]));
                while (reader.Next() is not null)
                {
                }
            }
            catch (InvalidDataException)
            {
                // The answer to garbage.
            }
        });

    private static void TarEntryTypeLink(TarWriter writer, TarEntryFormat format)
    {
        System.Formats.Tar.TarEntry link = Entry(format, TarEntryType.SymbolicLink, "link", null);
        link.LinkName = "target";
        link.Mode = (UnixFileMode)0x1ff;
        writer.WriteEntry(link);
    }

    private static System.Formats.Tar.TarEntry Entry(TarEntryFormat format, TarEntryType type, string name, byte[]? content)
    {
        System.Formats.Tar.TarEntry entry = format switch
        {
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Pax => new PaxTarEntry(type, name),
            _ => new GnuTarEntry(type, name),
        };
        if (content is not null)
        {
            entry.DataStream = new MemoryStream(content);
        }

        return entry;
    }
}
