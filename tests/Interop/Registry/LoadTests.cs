using System.Formats.Tar;
using System.Text;
using Wharf.Harness;

namespace Wharf.Interop.Registry;

/// <summary>Archives in and out: docker's client, skopeo and podman's tools on the other side.</summary>
public sealed class LoadTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>
{
    private DaemonOnContainerd Engine => fixture.Engine;

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Loads_what_it_saved(string compression)
    {
        using var directory = new TemporaryDirectory();
        string name = $"saved:{compression}";
        Engine.Docker("tag", "busybox:latest", name).Succeeds();
        Engine.Docker("save", "-o", directory["image"], name).Succeeds();
        Engine.Docker("rmi", name).Succeeds();
        string archive = Compress(directory["image"], compression);

        Assert.Equal($"Loaded image: {name}\n", Engine.Docker("load", "-i", archive).Succeeds().Output);

        Assert.Equal(Id("busybox"), Id(name));
    }

    [Fact]
    public void Loads_what_skopeo_writes_for_docker()
    {
        using var directory = new TemporaryDirectory();
        Engine.Docker("save", "-o", directory["saved.tar"], "busybox:latest").Succeeds();
        Command.Run("skopeo", "--insecure-policy", "copy", "--quiet", "oci-archive:" + directory["saved.tar"], $"docker-archive:{directory["docker.tar"]}:from/skopeo:1").Succeeds();

        Assert.Equal("Loaded image: from/skopeo:1\n", Engine.Docker("load", "-i", directory["docker.tar"]).Succeeds().Output);

        Assert.Equal(Layers("busybox"), Layers("from/skopeo:1"));
    }

    [Fact]
    public void Others_read_what_it_saves()
    {
        using var directory = new TemporaryDirectory();
        Engine.Docker("save", "-o", directory["saved.tar"], "busybox:latest").Succeeds();

        Command.Run("skopeo", "inspect", "oci-archive:" + directory["saved.tar"]).Succeeds();
        Command.Run("skopeo", "inspect", $"docker-archive:{directory["saved.tar"]}:busybox:latest").Succeeds();
        Command.Run("tar", "-xf", directory["saved.tar"], "-C", directory.Path).Succeeds();
        Command.Run("umoci", "stat", "--image", directory.Path + ":latest").Succeeds();
    }

    [Fact]
    public void Imports_a_root_filesystem()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["root.tar"], TestImage.Layer("etc/motd", "hello"));

        string id = Engine.Docker("import", directory["root.tar"], "imported:1").Succeeds().Output.Trim();

        Assert.Equal(id, Id("imported:1"));
        Assert.Contains("true", Assert.Single(Engine.Ctr("images", "check").Succeeds().Output.Split('\n'), line => line.StartsWith("docker.io/library/imported:1", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(HostileArchives))]
    public void Refuses_a_hostile_archive(string kind)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["hostile.tar"], Corpus()[kind].Content);
        IReadOnlyList<string> before = Engine.Stored();

        Command load = Engine.Docker("load", "-i", directory["hostile.tar"]);

        Assert.Contains(Corpus()[kind].Cause, load.Error + load.Output, StringComparison.Ordinal);
        Assert.Equal(before.Where(line => line.StartsWith("image", StringComparison.Ordinal)), Engine.Stored().Where(line => line.StartsWith("image", StringComparison.Ordinal)));
        Assert.DoesNotContain(Engine.Stored(), line => line.StartsWith("lease", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Engine.Disk, "wharf", "tmp")));
        Assert.True(Engine.IsAlive);
    }

    public static TheoryData<string> HostileArchives => [.. Corpus().Keys];

    private static Dictionary<string, (byte[] Content, string Cause)> Corpus()
    {
        byte[] good = new TestImage([TestImage.Layer("file", "x")]).Archive("docker.io/library/hostile:1");
        byte[] wrong = (byte[])good.Clone();

        // A letter of the config, which its digest no longer fits.
        wrong[good.AsSpan().IndexOf("\"Cmd\""u8) + 1] = (byte)'D';
        return new()
        {
            ["empty"] = ([], "empty or not a tar"),
            ["text"] = (Encoding.UTF8.GetBytes(new string('x', 5000)), "read archive"),
            ["truncated"] = (good[..(good.Length / 2)], "load image"),
            ["truncated-gzip"] = (TestImage.Gzip(good)[..200], "load image"),
            ["wrong-digest"] = (wrong, "verify"),
            ["dotdot"] = (TestImage.Layer("../../../../../../etc/wharf-hostile", "x"), "leaves the archive"),
            ["absolute"] = (TestImage.Layer("/etc/wharf-hostile", "x"), "leaves the archive"),
            ["symlink"] = (TestImage.Layer(new PaxTarEntry(TarEntryType.SymbolicLink, "manifest.json") { LinkName = "/etc/passwd" }), "leaves the archive"),
            ["symlink-loop"] = (TestImage.Layer(new PaxTarEntry(TarEntryType.SymbolicLink, "manifest.json") { LinkName = "manifest.json" }), "never end"),
            ["device"] = (TestImage.Layer(new PaxTarEntry(TarEntryType.CharacterDevice, "manifest.json") { DeviceMajor = 1, DeviceMinor = 5 }), "neither file"),
            ["no-manifest"] = (TestImage.Layer("readme", "x"), "neither index.json"),
            ["bad-name"] = (new TestImage([TestImage.Layer("file", "x")]).Archive("../../etc/passwd"), "invalid reference format"),
            ["bad-manifest"] = (TestImage.Layer("manifest.json", "[{\"Config\":\"../../../etc/passwd\",\"Layers\":[]}]"), "leaves the archive"),
            ["null-manifest"] = (TestImage.Layer("manifest.json", "null"), "it is null"),
            ["xz"] = ([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0, 0], "xz is not supported"),
        };
    }

    private static string Compress(string file, string compression)
    {
        if (compression == "none")
        {
            return file;
        }

        Command.Run(compression, "-f", "-k", file).Succeeds();
        return file + (compression == "gzip" ? ".gz" : ".zst");
    }

    private string Id(string name) => Engine.Docker("image", "inspect", "--format", "{{.Id}}", name).Succeeds().Output.Trim();

    private string Layers(string name) => Engine.Docker("image", "inspect", "--format", "{{.RootFS.Layers}}", name).Succeeds().Output;
}
