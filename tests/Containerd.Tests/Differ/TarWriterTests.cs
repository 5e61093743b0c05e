using CsCheck;
using Wharf.Containerd.Differ;
using Wharf.Containerd.Layers;

namespace Wharf.Containerd.Tests.Differ;

public sealed class TarWriterTests
{
    private static readonly Gen<string> Name = Gen.OneOf(
        Gen.String[Gen.Char["abcä/.-"], 1, 300],
        Gen.Int[90, 270].Select(length => string.Concat(Enumerable.Repeat("dir/", length / 4)) + "f"),
        Gen.Int[90, 300].Select(length => new string('x', length)));

    [Fact]
    public void What_is_written_is_read()
    {
        Gen.Select(
            Name,
            Name,
            Gen.UInt[0, 0xfff],
            Gen.OneOf(Gen.UInt[0, 70000], Gen.UInt[0x1ffffe, 0x200001], Gen.Const(uint.MaxValue - 1)),
            Gen.OneOf(Gen.Long[-100, 100], Gen.Long[(1L << 33) - 2, (1L << 33) + 2]),
            Gen.Byte.Array[0, 2000].Array[0, 3],
            Gen.Byte.Array[0, 2000]).Sample((name, link, mode, user, seconds, attributes, data) =>
            {
                var written = new TarEntry
                {
                    Name = name,
                    Kind = '0',
                    LinkName = link,
                    Mode = mode,
                    User = user,
                    Group = user,
                    Size = data.Length,
                    Seconds = seconds,
                    Attributes = [.. attributes.Select((value, index) => ($"user.{index}", value))],
                };
                var archive = new MemoryStream();
                var writer = new TarWriter(archive);
                writer.Write(written);
                writer.WriteData(data);
                writer.Finish();

                Assert.Equal(0, archive.Length % 512);
                archive.Position = 0;
                var reader = new TarReader(archive);
                TarEntry read = Assert.IsType<TarEntry>(reader.Next());
                byte[] content = new byte[data.Length + 1];
                int count = 0;
                for (int some; (some = reader.Read(content.AsSpan(count))) > 0;)
                {
                    count += some;
                }

                Assert.Equal(data, content[..count]);
                Assert.Equal((written.Name, written.LinkName, written.Mode, written.User, written.Group, written.Seconds), (read.Name, read.LinkName, read.Mode, read.User, read.Group, read.Seconds));
                Assert.Equal(written.Attributes.Select(one => (one.Name, Convert.ToHexString(one.Value))), read.Attributes.Select(one => (one.Name, Convert.ToHexString(one.Value))));
                Assert.Null(reader.Next());
            }, iter: 2000);
    }

    [Fact]
    public void An_entry_that_gets_less_than_it_promised_is_a_fault()
    {
        var writer = new TarWriter(new MemoryStream());
        writer.Write(new TarEntry { Name = "a", Kind = '0', Size = 3 });
        writer.WriteData([1]);

        Assert.Throws<InvalidOperationException>(writer.Finish);
    }
}
