using System.Formats.Tar;
using System.Text;
using Wharf.Cli.Archives;

namespace Wharf.Cli.Tests.Archives;

/// <summary>A container's archive may hold any names: none of them leaves the folder that is unpacked into.</summary>
public sealed class ArchiveExtractionTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("wharf-extract-").FullName;

    private string Target => Path.Combine(root, "into");

    public ArchiveExtractionTests() => Directory.CreateDirectory(Target);

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Files_folders_and_links_come_out_with_their_modes()
    {
        long bytes = Unpack(
            Folder("d", 0x1c0),
            File("d/f", "words", 0x180),
            Link("d/l", "f"),
            new PaxTarEntry(TarEntryType.HardLink, "d/h") { LinkName = "d/f" });

        Assert.Equal(5, bytes);
        Assert.Equal("words", System.IO.File.ReadAllText(Path.Combine(Target, "d/l")));
        Assert.Equal("words", System.IO.File.ReadAllText(Path.Combine(Target, "d/h")));
        Assert.Equal((UnixFileMode)0x180, System.IO.File.GetUnixFileMode(Path.Combine(Target, "d/f")));
        Assert.Equal((UnixFileMode)0x1c0, System.IO.File.GetUnixFileMode(Path.Combine(Target, "d")));
    }

    [Fact]
    public void Names_that_climb_stay_below()
    {
        Unpack(File("../../out", "x", 0x180), File("/abs", "y", 0x180));

        Assert.False(System.IO.File.Exists(Path.Combine(root, "out")));
        Assert.True(System.IO.File.Exists(Path.Combine(Target, "out")));
        Assert.True(System.IO.File.Exists(Path.Combine(Target, "abs")));
    }

    [Fact]
    public void A_link_to_elsewhere_is_not_written_through()
    {
        string outside = Path.Combine(root, "outside");
        Directory.CreateDirectory(outside);

        Unpack(Link("l", outside), File("l/f", "x", 0x180), Link("g", Path.Combine(outside, "kept")), File("g", "y", 0x180));

        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.Equal("y", System.IO.File.ReadAllText(Path.Combine(Target, "g")));
        Assert.Null(new FileInfo(Path.Combine(Target, "g")).LinkTarget);
    }

    private static PaxTarEntry File(string name, string content, int mode) =>
        new(TarEntryType.RegularFile, name) { Mode = (UnixFileMode)mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private static PaxTarEntry Folder(string name, int mode) => new(TarEntryType.Directory, name) { Mode = (UnixFileMode)mode };

    private static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };

    private long Unpack(params TarEntry[] entries)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        archive.Position = 0;
        return new ArchiveExtraction(Target).Run(archive, name => name);
    }
}
