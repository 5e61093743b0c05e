using System.Text.Json;
using Wharf.Harness;

namespace Wharf.Interop.Registry;

/// <summary>The docker client pulls through wharfd from Debian's docker-registry, filled by skopeo.</summary>
public sealed class PullTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>
{
    private DaemonOnContainerd Engine => fixture.Engine;

    [Fact]
    public void An_empty_store_has_busybox()
    {
        JsonElement image = Inspect("busybox:latest");

        Assert.Contains("busybox:latest", Strings(image.GetProperty("RepoTags")));
        Assert.Equal("sh", image.GetProperty("Config").GetProperty("Cmd")[0].GetString());
    }

    [Fact]
    public void Pulls_with_dockers_words_and_once()
    {
        string name = fixture.Busybox("words:1");

        string[] first = Engine.Docker("pull", name).Succeeds().Output.Split('\n');
        string[] second = Engine.Docker("pull", name).Succeeds().Output.Split('\n');

        Assert.Equal("1: Pulling from words", first[0]);
        Assert.Contains(first, line => line.StartsWith("Digest: sha256:", StringComparison.Ordinal));
        Assert.Contains($"Status: Downloaded newer image for {name}", first);
        Assert.Contains($"Status: Image is up to date for {name}", second);
        Assert.Contains($"image {name}", Engine.Stored());
    }

    [Fact]
    public void Containerds_own_client_finds_the_image_whole_and_unpacked()
    {
        string name = fixture.Busybox("whole:1");
        Engine.Docker("pull", name).Succeeds();

        string[] line = Assert.Single(Engine.Ctr("images", "check").Succeeds().Output.Split('\n'), row => row.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains("complete", line);
        Assert.Equal("true", line[^1]);
    }

    [Fact]
    public void Pulls_by_digest()
    {
        string name = fixture.Busybox("digested:1");
        string repository = name[..name.LastIndexOf(':')];
        Engine.Docker("pull", name).Succeeds();
        string digest = Inspect(name).GetProperty("Id").GetString()!;
        Engine.Docker("rmi", name).Succeeds();

        Engine.Docker("pull", $"{repository}@{digest}").Succeeds();

        Assert.Contains($"{repository}@{digest}", Strings(Inspect($"{repository}@{digest}").GetProperty("RepoDigests")));
        Engine.Docker("rmi", $"{repository}@{digest}").Succeeds();
    }

    [Fact]
    public void Pulls_a_zstd_layer()
    {
        byte[] layer = TestImage.Layer("file", "content");
        using var registry = new ScriptedRegistry();
        new TestImage([layer], compression: "zstd").AddTo(registry, "zstd", "1");
        string name = $"{registry.Authority}/zstd:1";

        Engine.Docker("pull", name).Succeeds();

        Assert.Equal([TestImage.Digest(layer)], Strings(Inspect(name).GetProperty("RootFS").GetProperty("Layers")));
        Assert.Contains("true", Assert.Single(Engine.Ctr("images", "check").Succeeds().Output.Split('\n'), line => line.StartsWith(name, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Pulls_every_tag()
    {
        string one = fixture.Busybox("tags:one");
        string two = fixture.Busybox("tags:two");

        Engine.Docker("pull", "--all-tags", one[..one.LastIndexOf(':')]).Succeeds();

        string listed = Engine.Docker("images", "--format", "{{.Repository}}:{{.Tag}}").Succeeds().Output;
        Assert.Contains(one, listed, StringComparison.Ordinal);
        Assert.Contains(two, listed, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_is_missing_in_dockers_words()
    {
        Command unknown = Engine.Docker("pull", $"{fixture.Registry.Authority}/nothing:here");
        Command refused = Engine.Docker("pull", "127.0.0.1:1/nothing:here");

        Assert.Equal(1, unknown.ExitCode);
        Assert.Equal($"Error response from daemon: manifest for {fixture.Registry.Authority}/nothing:here not found: manifest unknown: manifest unknown\n", unknown.Error);
        Assert.Equal(1, refused.ExitCode);
        Assert.EndsWith("dial tcp 127.0.0.1:1: connect: connection refused\n", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_that_moved_leaves_the_old_image_without_a_name()
    {
        string name = fixture.Busybox("moved:1");
        Engine.Docker("pull", name).Succeeds();
        using var other = new ScriptedRegistry();
        Engine.Docker("tag", name, "moved:local").Succeeds();
        new TestImage([TestImage.Layer("file", "new")]).AddTo(other, "moved", "1");
        string next = $"{other.Authority}/moved:1";
        Engine.Docker("pull", next).Succeeds();
        string before = Inspect(next).GetProperty("Id").GetString()!;
        new TestImage([TestImage.Layer("file", "newer")]).AddTo(other, "moved", "1");

        Engine.Docker("pull", next).Succeeds();

        Assert.NotEqual(before, Inspect(next).GetProperty("Id").GetString());
        Assert.Empty(Strings(Inspect(before).GetProperty("RepoTags")));
        Assert.Contains(before["sha256:".Length..][..12], Engine.Docker("images", "--filter", "dangling=true", "--quiet").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains($"deleted: {before}", Engine.Docker("image", "prune", "--force").Succeeds().Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Asks_the_registry_without_pulling()
    {
        string name = fixture.Busybox("distribution:1");

        JsonElement answer = Curl($"/distribution/{name}/json");

        Assert.StartsWith("sha256:", answer.GetProperty("Descriptor").GetProperty("digest").GetString(), StringComparison.Ordinal);
        Assert.Equal("linux", answer.GetProperty("Platforms")[0].GetProperty("os").GetString());
        Assert.DoesNotContain($"image {name}", Engine.Stored());
    }

    private JsonElement Inspect(string name) => JsonDocument.Parse(Engine.Docker("image", "inspect", name).Succeeds().Output).RootElement[0];

    private JsonElement Curl(string path) =>
        JsonDocument.Parse(Command.Run("curl", "--silent", "--unix-socket", Engine.Socket, "http://localhost" + path).Succeeds().Output).RootElement;

    private static IReadOnlyList<string> Strings(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];
}
