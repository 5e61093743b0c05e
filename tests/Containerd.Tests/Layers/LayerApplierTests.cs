using System.Text;
using Wharf.Containerd.Layers;
using Wharf.Linux;

namespace Wharf.Containerd.Tests.Layers;

public sealed class LayerApplierTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-layer-").FullName;

    public LayerApplierTests()
    {
        Directory.CreateDirectory(Upper);
        Directory.CreateDirectory(Lower);
    }

    private string Upper => Path.Combine(folder, "upper");

    private string Lower => Path.Combine(folder, "lower");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Files_directories_and_links_are_made()
    {
        Apply([.. RawTar.Entry("etc/", '5'), .. RawTar.Entry("etc/motd", '0', "hello"), .. RawTar.Entry("etc/again", '1', link: "etc/motd"), .. RawTar.Entry("short", '2', link: "etc/motd")]);
        Assert.Equal("hello", File.ReadAllText(Path.Combine(Upper, "etc/again")));
        Assert.Equal("etc/motd", new FileInfo(Path.Combine(Upper, "short")).LinkTarget);
        Assert.Equal(2u, Files.Find(Path.Combine(Upper, "etc/motd"))!.Value.Links);
    }

    [Fact]
    public void A_directory_that_is_not_mentioned_keeps_its_mode_of_below()
    {
        Directory.CreateDirectory(Path.Combine(Lower, "tmp"), (UnixFileMode)0x3ff);
        File.SetUnixFileMode(Path.Combine(Lower, "tmp"), (UnixFileMode)0x3ff);
        Apply(RawTar.Entry("tmp/file", '0', "x"));
        Assert.Equal(0x3ffu, Files.Find(Path.Combine(Upper, "tmp"))!.Value.Mode);
    }

    [Fact]
    public void A_hard_link_to_a_file_of_below_copies_it_up()
    {
        File.WriteAllText(Path.Combine(Lower, "file"), "below");
        Apply(RawTar.Entry("name", '1', link: "file"));
        Assert.Equal("below", File.ReadAllText(Path.Combine(Upper, "name")));
        Assert.Equal(2u, Files.Find(Path.Combine(Upper, "file"))!.Value.Links);
    }

    [Fact]
    public void The_last_entry_of_a_name_wins()
    {
        Apply([.. RawTar.Entry("a", '0', "first"), .. RawTar.Entry("a", '0', "second"), .. RawTar.Entry("d", '5'), .. RawTar.Entry("d/x", '0', "x"), .. RawTar.Entry("d", '2', link: "a"), .. RawTar.Entry("e", '2', link: "a"), .. RawTar.Entry("e", '5')]);
        Assert.Equal("second", File.ReadAllText(Path.Combine(Upper, "a")));
        Assert.Equal("a", new FileInfo(Path.Combine(Upper, "d")).LinkTarget);
        Assert.True(Directory.Exists(Path.Combine(Upper, "e")));
    }

    [Fact]
    public void Whiteouts_become_what_overlayfs_reads()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "device nodes and trusted attributes need root");
        Apply([.. RawTar.Entry("dir/", '5'), .. RawTar.Entry("dir/.wh.gone", '0'), .. RawTar.Entry("dir/.wh..wh..opq", '0'), .. RawTar.Entry(".wh..wh.plnk", '0')]);
        Assert.Equal(FileKind.CharacterDevice, Files.Find(Path.Combine(Upper, "dir/gone"))!.Value.Kind);
        using FileDescriptor upper = Files.Open(Upper, OpenFlags.ReadOnly | OpenFlags.Directory);
        Assert.Equal("y"u8.ToArray(), DirectoryEntries.FindAttribute(upper, "dir", "trusted.overlay.opaque"));
        Assert.Equal(["dir"], Directory.EnumerateFileSystemEntries(Upper).Select(Path.GetFileName));
    }

    [Fact]
    public void A_whiteout_spares_what_the_same_layer_has()
    {
        Apply([.. RawTar.Entry("kept", '0', "new"), .. RawTar.Entry(".wh.kept", '0')]);
        Assert.Equal("new", File.ReadAllText(Path.Combine(Upper, "kept")));
    }

    [Fact]
    public void Times_of_directories_survive_what_is_made_in_them()
    {
        byte[] records = "20 mtime=1600000000\n"u8.ToArray();
        Apply([.. RawTar.Header("x", 'x', records.Length), .. RawTar.Padded(records), .. RawTar.Header("d", '5', 0), .. RawTar.Entry("d/file", '0', "x")]);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1600000000).UtcDateTime, Directory.GetLastWriteTimeUtc(Path.Combine(Upper, "d")));
    }

    [Fact]
    public void The_digest_is_of_all_bytes_also_after_the_end()
    {
        byte[] tar = [.. RawTar.Entry("a", '0', "x"), .. new byte[1024], .. Encoding.ASCII.GetBytes("trailing")];
        using var layer = new UncompressedLayer(new MemoryStream(tar), long.MaxValue);
        byte[] read = new byte[tar.Length + 10];
        int count = layer.ReadAtLeast(read, read.Length, throwOnEndOfStream: false);
        Assert.Equal(tar, read[..count]);
        Assert.Equal(Oci.Digests.Digest.Of(tar), layer.Digest);
        Assert.Equal(tar.Length, layer.Total);
    }

    [Fact]
    public void A_source_that_fails_fails_the_reader()
    {
        using var layer = new UncompressedLayer(new System.IO.Compression.GZipStream(new MemoryStream("not gzip"u8.ToArray()), System.IO.Compression.CompressionMode.Decompress), long.MaxValue);
        Assert.Throws<InvalidDataException>(() => layer.ReadByte());
    }

    private void Apply(byte[] layer)
    {
        using var applier = new LayerApplier(new LayerTarget(Upper, [Lower], Overlay: true));
        applier.Apply(new TarReader(new MemoryStream([.. layer, .. new byte[1024]])), TestContext.Current.CancellationToken);
    }
}
