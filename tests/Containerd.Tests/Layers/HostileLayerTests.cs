using Wharf.Containerd.Layers;

namespace Wharf.Containerd.Tests.Layers;

/// <summary>The corpus of layers that mean harm: whatever they say, nothing outside the layer's folder changes. It grows.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-layer-").FullName;

    public HostileLayerTests()
    {
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(Outside);
        File.WriteAllText(Path.Combine(Outside, "victim"), "untouched");
    }

    private string Root => Path.Combine(folder, "root");

    private string Outside => Path.Combine(folder, "outside");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string, byte[]> Refused() => new()
    {
        { "parent", RawTar.Entry("../outside/victim", '0', "x") },
        { "deep parent", RawTar.Entry("a/b/../../../outside/victim", '0', "x") },
        { "absolute parent", RawTar.Entry("/../outside/victim", '0', "x") },
        { "hard link to a parent", RawTar.Entry("link", '1', link: "../outside/victim") },
        { "hard link to nothing", RawTar.Entry("link", '1', link: "nothing") },
        { "hard link to the root", RawTar.Entry("link", '1', link: "/") },
        { "whiteout of the folder itself", RawTar.Entry("a/.wh..", '0') },
        { "whiteout of the parent", RawTar.Entry("a/.wh...", '0') },
        { "whiteout of nothing", RawTar.Entry("a/.wh.", '0') },
        { "root that is a file", RawTar.Entry("./", '0', "x") },
        { "unknown type", RawTar.Entry("what", 'Z') },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void CVE_2025_47290_2026_17106_what_leads_outside_is_refused_with_the_entry_named(string what, byte[] layer)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => Apply(layer));
        Assert.True(error is InvalidDataException or IOException, $"{what}: {error}");
        Assert.Contains("apply layer", error.Message, StringComparison.Ordinal);
        AssertOutsideUntouched();
    }

    public static TheoryData<string, byte[]> Confined() => new()
    {
        { "absolute name", RawTar.Entry("/outside/victim", '0', "x") },
        { "write through a link to a parent", [.. RawTar.Entry("out", '2', link: "../outside"), .. RawTar.Entry("out/victim", '0', "x")] },
        { "write through an absolute link", [.. RawTar.Entry("out", '2', link: "/"), .. RawTar.Entry("out/victim", '0', "x")] },
        { "write through a chain of links", [.. RawTar.Entry("a", '2', link: ".."), .. RawTar.Entry("b", '2', link: "a/.."), .. RawTar.Entry("b/outside/victim", '0', "x")] },
        { "file over a link", [.. RawTar.Entry("file", '2', link: "../outside/victim"), .. RawTar.Entry("file", '0', "x")] },
        { "directory over a link", [.. RawTar.Entry("dir", '2', link: "../outside"), .. RawTar.Entry("dir", '5'), .. RawTar.Entry("dir/victim", '0', "x")] },
        { "mode through a link", [.. RawTar.Entry("link", '2', link: "../outside/victim")] },
        { "whiteout through a link", [.. RawTar.Entry("out", '2', link: "../outside"), .. RawTar.Entry("out/.wh.victim", '0')] },
        { "magic link", [.. RawTar.Entry("proc", '2', link: "/proc/self/root"), .. RawTar.Entry("proc/x", '0', "x")] },
        { "replace a directory that holds a link", [.. RawTar.Entry("d", '5'), .. RawTar.Entry("d/out", '2', link: "../../outside"), .. RawTar.Entry("d", '0', "file now")] },
    };

    [Theory]
    [MemberData(nameof(Confined))]
    public void CVE_2021_32760_what_goes_through_links_stays_inside(string what, byte[] layer)
    {
        try
        {
            Apply(layer);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            // Refused is as good as confined.
            Assert.Contains("layer", error.Message, StringComparison.Ordinal);
        }

        Assert.NotNull(what);
        AssertOutsideUntouched();
    }

    [Fact]
    public void Attributes_of_overlayfs_are_not_set()
    {
        byte[] records = "46 SCHILY.xattr.trusted.overlay.redirect=/etc\n"u8.ToArray();
        Apply([.. RawTar.Header("x", 'x', records.Length), .. RawTar.Padded(records), .. RawTar.Header("dir", '5', 0)]);
        using Linux.FileDescriptor root = Linux.Files.Open(Root, Linux.OpenFlags.ReadOnly | Linux.OpenFlags.Directory);
        Assert.DoesNotContain("trusted.overlay.redirect", Linux.DirectoryEntries.AttributeNames(root, "dir"));
    }

    [Fact]
    public void CVE_2021_32760_a_link_to_a_file_outside_does_not_lend_it_its_mode()
    {
        UnixFileMode before = File.GetUnixFileMode(Path.Combine(Outside, "victim"));
        byte[] link = RawTar.Header("victim", '2', 0, link: "../outside/victim");
        System.Text.Encoding.ASCII.GetBytes("0004777\0").CopyTo(link, 100);
        RawTar.Sum(link);

        Apply([.. link, .. RawTar.Entry("again", '1', link: "victim")]);

        Assert.Equal(before, File.GetUnixFileMode(Path.Combine(Outside, "victim")));
        AssertOutsideUntouched();
    }

    [Fact]
    public void CVE_2026_95838_a_folder_that_is_made_opaque_over_and_over_is_emptied_once()
    {
        foreach (int number in Enumerable.Range(0, 2000))
        {
            File.WriteAllText(Path.Combine(Root, $"below{number}"), string.Empty);
        }

        byte[] opaque = RawTar.Entry(".wh..wh..opq", '0');
        byte[] layer = [.. RawTar.Entry("mine", '0', "x"), .. Enumerable.Repeat(opaque, 20_000).SelectMany(one => one), .. new byte[1024]];
        using (var applier = new LayerApplier(new LayerTarget(Root, [], Overlay: false)))
        {
            applier.Apply(new TarReader(new MemoryStream(layer)), TestContext.Current.CancellationToken);
        }

        Assert.Equal(["mine"], Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName));
    }

    [Fact]
    public void A_layer_that_grows_without_end_is_refused()
    {
        using var layer = new UncompressedLayer(new MemoryStream(new byte[3 << 20]), limit: 2 << 20);
        byte[] buffer = new byte[1 << 20];

        InvalidDataException error = Assert.Throws<InvalidDataException>(() =>
        {
            while (layer.Read(buffer) > 0)
            {
            }
        });

        Assert.Equal($"read layer: it grows to more than {2 << 20} bytes", error.Message);
    }

    private void Apply(byte[] layer)
    {
        using var applier = new LayerApplier(new LayerTarget(Root, [], Overlay: true));
        applier.Apply(new TarReader(new MemoryStream([.. layer, .. new byte[1024]])), TestContext.Current.CancellationToken);
    }

    private void AssertOutsideUntouched()
    {
        Assert.Equal(["victim"], Directory.EnumerateFileSystemEntries(Outside).Select(Path.GetFileName));
        Assert.Equal("untouched", File.ReadAllText(Path.Combine(Outside, "victim")));
        Assert.Equal(["outside", "root"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order());
    }
}
