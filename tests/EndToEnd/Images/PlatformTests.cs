using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Images;

/// <summary>Images of several platforms: what of them is here, into archives and out of them.</summary>
public sealed class PlatformTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"m{Guid.NewGuid():N}";
    private readonly TemporaryDirectory folder = new();
    private readonly TestImage[] images = [.. new[] { "amd64", "arm64", "s390x" }.Select(platform => new TestImage([TestImage.Layer("file", platform + Guid.NewGuid())], platform))];

    private string Archive => folder["image.tar"];

    public void Dispose()
    {
        engine.Docker("rm", "-f", name);
        engine.Docker("rmi", "-f", name);
        folder.Dispose();
    }

    [Fact]
    public void Each_manifest_of_an_image_is_told_with_what_is_here_of_it()
    {
        // The last is named, and not there.
        Write(images, images[..2]);
        engine.Docker("load", "-i", Archive).Succeeds();
        engine.Docker("create", "--name", name, name).Succeeds();

        JsonElement listed = Get("/images/json?manifests=1").EnumerateArray().Single(image => image.GetProperty("RepoTags").EnumerateArray().Any(tag => tag.GetString() == name + ":latest"));
        JsonElement[] manifests = [.. listed.GetProperty("Manifests").EnumerateArray()];
        Assert.Equal(images.Select(image => image.ManifestDigest), manifests.Select(one => one.GetProperty("ID").GetString()));
        Assert.Equal([true, true, false], manifests.Select(one => one.GetProperty("Available").GetBoolean()));
        Assert.Equal([1, 0, 0], manifests.Select(one => one.GetProperty("ImageData").GetProperty("Containers").GetArrayLength()).OrderDescending());
        Assert.Equal("s390x", manifests[2].GetProperty("ImageData").GetProperty("Platform").GetProperty("architecture").GetString());
        Assert.Equal(Size(images[0]), manifests[0].GetProperty("Size").GetProperty("Content").GetInt64());
        Assert.True(JsonElement.DeepEquals(listed.GetProperty("Manifests"), Get($"/images/{name}/json?manifests=1").GetProperty("Manifests")));
        foreach (string client in new[] { "docker", Programs.Wharf })
        {
            string tree = engine.Client(client, ["image", "ls", "--tree", name]).Succeeds().Output;
            Assert.Contains("linux/amd64", tree, StringComparison.Ordinal);
            Assert.Contains("linux/arm64", tree, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_archive_has_every_platform_that_is_here_and_gives_each_back()
    {
        Write(images, images[..2]);
        engine.Docker("load", "-i", Archive).Succeeds();
        engine.Docker("save", "-o", folder["all.tar"], name).Succeeds();
        engine.Docker("save", "-o", folder["one.tar"], "--platform", "linux/arm64", name).Succeeds();
        engine.Docker("rmi", name).Succeeds();

        Assert.Equal(images[..2].Select(image => image.ManifestDigest).Order(), Blobs(folder["all.tar"]).Intersect(images.Select(image => image.ManifestDigest)).Order());
        Assert.Equal([images[1].ManifestDigest], Blobs(folder["one.tar"]).Intersect(images.Select(image => image.ManifestDigest)));
        engine.Docker("load", "-i", folder["all.tar"]).Succeeds();
        engine.Docker("image", "inspect", "--platform", "linux/arm64", name).Succeeds();
        engine.Docker("image", "inspect", "--platform", "linux/amd64", name).Succeeds();
        engine.Docker("create", "--name", name, "--platform", "linux/arm64", name).Succeeds();
        Assert.StartsWith("arm64", Command.Run("/bin/sh", ["-c", $"curl -fs --unix-socket {engine.Socket} 'http://wharf/containers/{name}/archive?path=/file' | tar -xOf -"]).Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("does not provide the specified platform (linux/s390x)", engine.Docker("create", "--pull", "never", "--platform", "linux/s390x", name).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_platform_that_is_asked_for_is_loaded()
    {
        Write(images, images);
        engine.Docker("load", "--platform", "linux/arm64", "-i", Archive).Succeeds();

        engine.Docker("image", "inspect", "--platform", "linux/arm64", name).Succeeds();
        Assert.NotEqual(0, engine.Docker("image", "inspect", "--platform", "linux/amd64", name).ExitCode);
        Assert.Contains("not found: image might be filtered out", engine.Docker("load", "--platform", "linux/riscv64", "-i", Archive).Error, StringComparison.Ordinal);
    }

    private static long Size(TestImage image) => image.Layers.Sum(layer => layer.Length) + image.Config.Length + Encoding.UTF8.GetByteCount(image.Manifest);

    private static string[] Blobs(string archive)
    {
        using var reader = new TarReader(File.OpenRead(archive));
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
        }

        return [.. names.Where(one => one.StartsWith("blobs/sha256/", StringComparison.Ordinal)).Select(one => "sha256:" + one["blobs/sha256/".Length..])];
    }

    private void Write(IReadOnlyList<TestImage> named, IReadOnlyList<TestImage> there)
    {
        byte[] index = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{TestImage.IndexType}}","manifests":[{{string.Join(',', named.Select(image => image.ManifestDescriptor))}}]}""");
        var files = new Dictionary<string, byte[]>
        {
            ["oci-layout"] = "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray(),
            ["index.json"] = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{TestImage.IndexType}}","digest":"{{TestImage.Digest(index)}}","size":{{index.Length}},"annotations":{"io.containerd.image.name":"docker.io/library/{{name}}:latest"} }]}"""),
        };
        foreach (byte[] blob in there.SelectMany(image => image.Layers.Append(image.Config).Append(Encoding.UTF8.GetBytes(image.Manifest))).Append(index))
        {
            files[$"blobs/sha256/{TestImage.Digest(blob)["sha256:".Length..]}"] = blob;
        }

        File.WriteAllBytes(Archive, TestImage.Layer([.. files.Select(file => (TarEntry)new PaxTarEntry(TarEntryType.RegularFile, file.Key) { DataStream = new MemoryStream(file.Value) })]));
    }

    private JsonElement Get(string path) => JsonDocument.Parse(Command.Run("curl", ["-s", "--unix-socket", engine.Socket, "http://wharf" + path]).Succeeds().Output).RootElement;
}
