using System.Formats.Tar;
using System.Text;
using Wharf.Daemon.Images;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Tests.Images;

public sealed class ImageArchiveTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("wharf-archive-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Finds_files_by_any_spelling_and_through_links()
    {
        await using ImageArchive archive = await ReadAsync(
            File("./a/layer.tar", "content"),
            new PaxTarEntry(TarEntryType.SymbolicLink, "b/layer.tar") { LinkName = "../a/layer.tar" },
            new PaxTarEntry(TarEntryType.HardLink, "c") { LinkName = "a/layer.tar" });

        foreach (string name in new[] { "a/layer.tar", "./a//layer.tar", "b/layer.tar", "c" })
        {
            Assert.Equal("content", Encoding.UTF8.GetString(await archive.ReadAsync(name, 100, Cancellation)));
        }

        Assert.False(archive.Has("d"));
    }

    [Fact]
    public async Task Leaves_no_file_behind()
    {
        await using (await ReadAsync(File("a", "b")))
        {
            Assert.Single(_directory.GetFiles());
        }

        Assert.Empty(_directory.GetFiles());
        await Assert.ThrowsAsync<ImageFormatException>(() => ReadAsync(File("../a", "b")));
        Assert.Empty(_directory.GetFiles());
    }

    [Fact]
    public async Task Refuses_files_that_are_larger_than_they_may_be()
    {
        await using ImageArchive archive = await ReadAsync(File("manifest.json", "0123456789"));

        Assert.Equal("read archive: \"manifest.json\" has 10 bytes, at most 9 are supported", (await Assert.ThrowsAsync<ImageFormatException>(() => archive.ReadAsync("manifest.json", 9, Cancellation))).Message);
    }

    [Theory]
    [InlineData("../up", TarEntryType.RegularFile, "")]
    [InlineData("a/../../up", TarEntryType.RegularFile, "")]
    [InlineData("/absolute", TarEntryType.RegularFile, "")]
    [InlineData("link", TarEntryType.SymbolicLink, "/etc/passwd")]
    [InlineData("a/link", TarEntryType.SymbolicLink, "../../etc/passwd")]
    [InlineData("link", TarEntryType.HardLink, "../etc/passwd")]
    [InlineData("fifo", TarEntryType.Fifo, "")]
    [InlineData("device", TarEntryType.BlockDevice, "")]
    public async Task Refuses_entries_that_no_image_has(string name, TarEntryType type, string target)
    {
        var entry = new PaxTarEntry(type, name);
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = target;
        }

        await Assert.ThrowsAsync<ImageFormatException>(() => ReadAsync(entry));
    }

    private static PaxTarEntry File(string name, string content) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private async Task<ImageArchive> ReadAsync(params TarEntry[] entries)
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
            {
                await writer.WriteEntryAsync(entry, Cancellation);
            }
        }

        tar.Position = 0;
        return await ImageArchive.ReadAsync(tar, _directory.FullName, Cancellation);
    }
}
