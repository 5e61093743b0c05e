using CsCheck;

namespace Wharf.Linux.Tests;

public sealed class PathTextTests
{
    [Fact]
    public void Any_bytes_come_back() => Gen.Byte.Array[0, 40].Sample(bytes => Assert.Equal(bytes, PathText.Encode(PathText.Decode(bytes))));

    [Fact]
    public void Text_is_itself() => Gen.String.Where(text => !text.Any(char.IsSurrogate)).Sample(text => Assert.Equal(text, PathText.Decode(PathText.Encode(text))));

    [Fact]
    public void Different_bytes_are_different_names() =>
        Gen.Select(Gen.Byte.Array[0, 3], Gen.Byte.Array[0, 3]).Sample((one, other) => Assert.Equal(one.AsSpan().SequenceEqual(other), PathText.Decode(one) == PathText.Decode(other)));

    [Fact]
    public void A_file_of_such_a_name_is_made_listed_and_removed()
    {
        using var folder = new RemovedFolder();
        string name = PathText.Decode([0xff, (byte)'a', 0xc3]);
        using FileDescriptor root = Files.Open(folder.Path, OpenFlags.ReadOnly | OpenFlags.Directory);
        Files.MakeFifo($"{folder.Path}/{name}", 0x180);

        Assert.Equal([(name, (FileKind?)FileKind.Fifo)], DirectoryEntries.Read(root, "."));
        Files.Remove(root, name);
        Assert.Null(DirectoryEntries.Find(root, name));
    }
}
