using System.Formats.Tar;
using System.Text;
using Wharf.Harness;

namespace Wharf.Interop.Registry;

/// <summary>Registries that lie, stop and attack: a clear error, nothing half-written, the daemon alive.</summary>
public sealed class HostilePullTests : IClassFixture<HostilePullTests.Fixture>, IDisposable
{
    private readonly DaemonOnContainerd _engine;
    private readonly ScriptedRegistry _registry = new();

    public HostilePullTests(Fixture fixture)
    {
        _engine = fixture.Engine;
        _engine.Docker("image", "inspect", "busybox:latest").Succeeds();
    }

    public void Dispose() => _registry.Dispose();

    [Fact]
    public void A_layer_with_the_wrong_bytes()
    {
        var image = new TestImage([TestImage.Layer("file", "content")]);
        image.AddTo(_registry, "a", "1");
        byte[] other = (byte[])image.Layers[0].Clone();
        other[^1] ^= 1;
        _registry.Blobs[TestImage.Digest(image.Layers[0])] = other;

        string error = Fails("a:1");

        Assert.Contains(TestImage.Digest(image.Layers[0]), error, StringComparison.Ordinal);
        Assert.Contains(TestImage.Digest(other), error, StringComparison.Ordinal);

        // The next attempt does not go on from the wrong bytes.
        _registry.Blobs[TestImage.Digest(image.Layers[0])] = image.Layers[0];
        Pull("a:1").Succeeds();
    }

    [Fact]
    public void A_layer_that_is_not_what_the_config_says()
    {
        var image = new TestImage([TestImage.Layer("file", "content")]);
        var other = new TestImage([TestImage.Layer("file", "other")]);
        string manifest = image.Manifest.Replace(TestImage.Digest(image.Layers[0]), TestImage.Digest(other.Layers[0]), StringComparison.Ordinal)
            .Replace($"\"size\":{image.Layers[0].Length}}}]", $"\"size\":{other.Layers[0].Length}}}]", StringComparison.Ordinal);
        image.AddTo(_registry, "a", null);
        other.AddTo(_registry, "a", null);
        _registry.AddManifest("a", "2", TestImage.ManifestType, manifest);

        Assert.Contains("wrong diff id", Fails("a:2"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_registry_that_stops_in_the_middle_and_comes_back()
    {
        var image = new TestImage([TestImage.Layer("file", Noise(2_000_000))]);
        image.AddTo(_registry, "b", "1");
        byte[] layer = image.Layers[0];
        int cuts = 0;
        _registry.Script = request => request.IsBlob && request.Path.EndsWith(TestImage.Digest(layer), StringComparison.Ordinal) && cuts++ < 2
            ? request.RangeStart is { } start
                ? new ScriptedAnswer(206) { Body = layer[start..], Headers = [("Content-Range", $"bytes {start}-{layer.Length - 1}/{layer.Length}")], CutAfter = 300_000 }
                : new ScriptedAnswer(200) { Body = layer, CutAfter = 300_000 }
            : null;

        Pull("b:1").Succeeds();

        Assert.Equal([null, 300_000, 600_000], _registry.Requests.Where(request => request.Path.EndsWith(TestImage.Digest(layer), StringComparison.Ordinal)).Select(request => request.RangeStart));
    }

    [Fact]
    public void A_pull_that_was_killed_goes_on_where_it_stopped()
    {
        var image = new TestImage([TestImage.Layer("file", Noise(8_000_000))]);
        image.AddTo(_registry, "c", "1");
        byte[] layer = image.Layers[0];
        bool stall = true;
        _registry.Script = request => stall && request.IsBlob && request.Path.EndsWith(TestImage.Digest(layer), StringComparison.Ordinal)
            ? new ScriptedAnswer(200) { Body = layer, StallAfter = 5_000_000 }
            : null;
        using (System.Diagnostics.Process pull = Command.Start("docker", ["pull", Name("c:1")], _engine.ClientEnvironment()))
        {
            while (!_engine.Stored().Any(line => line.StartsWith("ingest", StringComparison.Ordinal)) || !_registry.Requests.Any(request => request.IsBlob))
            {
                Thread.Sleep(50);
            }

            // Some of it has to be in the store before the daemon dies.
            Thread.Sleep(500);
            _engine.KillDaemon();
            pull.WaitForExit();
        }

        stall = false;
        _engine.RestartDaemon();
        Pull("c:1").Succeeds();

        Assert.Contains(_registry.Requests, request => request.RangeStart > 0);
        Assert.DoesNotContain(_engine.Stored(), line => line.StartsWith("lease", StringComparison.Ordinal) || line.StartsWith("ingest", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"manifests\":[],\"config\":{},\"layers\":[]}", "at once")]
    [InlineData("{\"schemaVersion\":2", "read manifest")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"sha256:../../../etc/passwd\",\"size\":1},\"layers\":[]}", "digest")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/x-thing\",\"digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":0},\"layers\":[]}", "unsupported media type application/x-thing")]
    public void A_manifest_that_is_none(string manifest, string cause)
    {
        _registry.AddManifest("d", "1", TestImage.ManifestType, manifest);

        Assert.Contains(cause, Fails("d:1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Indexes_without_end()
    {
        string inner = new TestImage([TestImage.Layer("file", "x")]).ManifestDescriptor;
        for (int depth = 0; depth < 12; depth++)
        {
            string index = $$"""{"schemaVersion":2,"mediaType":"{{TestImage.IndexType}}","manifests":[{{inner}}]}""";
            string digest = _registry.AddManifest("e", "1", TestImage.IndexType, index);
            inner = $$"""{"mediaType":"{{TestImage.IndexType}}","digest":"{{digest}}","size":{{Encoding.UTF8.GetByteCount(index)}}}""";
        }

        Assert.Contains("nested deeper", Fails("e:1"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_platform_is_chosen_and_the_others_are_not_fetched()
    {
        var here = new TestImage([TestImage.Layer("file", "here")]);
        var elsewhere = new TestImage([TestImage.Layer("file", "elsewhere")], "s390x");
        here.AddTo(_registry, "f", null);
        elsewhere.AddTo(_registry, "f", null);
        _registry.AddManifest("f", "1", TestImage.IndexType, $$"""{"schemaVersion":2,"mediaType":"{{TestImage.IndexType}}","manifests":[{{elsewhere.ManifestDescriptor}},{{here.ManifestDescriptor}}]}""");
        _registry.AddManifest("f", "2", TestImage.IndexType, $$"""{"schemaVersion":2,"mediaType":"{{TestImage.IndexType}}","manifests":[{{elsewhere.ManifestDescriptor}}]}""");

        Pull("f:1").Succeeds();

        Assert.Contains(here.Architecture, _engine.Docker("image", "inspect", "--format", "{{.Architecture}}", Name("f:1")).Succeeds().Output, StringComparison.Ordinal);
        Assert.DoesNotContain(_registry.Requests, request => request.Path.Contains(elsewhere.ManifestDigest, StringComparison.Ordinal));
        Assert.Contains($"no matching manifest for linux/{here.Architecture} in the manifest list entries", Fails("f:2"), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_requests()
    {
        _registry.Script = _ => ScriptedAnswer.Error(429, "TOOMANYREQUESTS", "slow down") with { Headers = [("Retry-After", "0")] };

        Assert.Contains("toomanyrequests: slow down", Fails("g:1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Denied()
    {
        _registry.Script = request => request.Path.StartsWith("/token", StringComparison.Ordinal)
            ? new ScriptedAnswer(200) { Body = "{\"token\":\"t\"}"u8.ToArray() }
            : ScriptedAnswer.Challenge($"Bearer realm=\"http://{_registry.Authority}/token\",service=\"s\",scope=\"repository:h:pull\"");

        Assert.Equal(
            $"Error response from daemon: pull access denied for {_registry.Authority}/h, repository does not exist or may require 'docker login': denied: requested access to the resource is denied\n",
            Pull("h:1").Error);
    }

    [Theory]
    [MemberData(nameof(HostileLayers))]
    public void A_layer_that_leaves_its_root(string name)
    {
        string outside = Path.Combine(_engine.Root, "outside");
        Directory.CreateDirectory(outside);
        File.WriteAllText(Path.Combine(outside, "victim"), "untouched");
        new TestImage([TestImage.Layer([.. Corpus(outside)[name]])]).AddTo(_registry, "hostile", name);

        // Refused or contained: both are right, as long as nothing outside changes.
        Pull($"hostile:{name}");

        Assert.Equal(["victim"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
        Assert.Equal("untouched", File.ReadAllText(Path.Combine(outside, "victim")));
        Assert.False(File.Exists("/wharf-hostile"));
        Assert.True(_engine.IsAlive);
    }

    public static TheoryData<string> HostileLayers => [.. Corpus("/x").Keys];

    private static Dictionary<string, TarEntry[]> Corpus(string outside)
    {
        string up = string.Concat(Enumerable.Repeat("../", 40));
        return new()
        {
            ["dotdot"] = [Plain(up + "wharf-hostile")],
            ["dotdot-inside"] = [Plain("a/" + up + outside[1..] + "/new")],
            ["absolute"] = [Plain(outside + "/new")],
            ["symlink-then-file"] = [Link(TarEntryType.SymbolicLink, "escape", outside), Plain("escape/new")],
            ["symlink-up-then-file"] = [Link(TarEntryType.SymbolicLink, "escape", up + outside[1..]), Plain("escape/new")],
            ["symlink-then-overwrite"] = [Link(TarEntryType.SymbolicLink, "file", outside + "/victim"), Plain("file")],
            ["hardlink-absolute"] = [Link(TarEntryType.HardLink, "hard", outside + "/victim"), Plain("hard")],
            ["hardlink-up"] = [Link(TarEntryType.HardLink, "hard", up + outside[1..] + "/victim"), Plain("hard")],
            ["hardlink-through-symlink"] = [Link(TarEntryType.SymbolicLink, "escape", outside), Link(TarEntryType.HardLink, "hard", "escape/victim"), Plain("hard")],
            ["whiteout-through-symlink"] = [Link(TarEntryType.SymbolicLink, "escape", outside), Plain("escape/.wh.victim")],
            ["whiteout-up"] = [Plain(up + outside[1..] + "/.wh.victim")],
            ["opaque-through-symlink"] = [Link(TarEntryType.SymbolicLink, "escape", outside), Plain("escape/.wh..wh..opq")],
        };
    }

    private static PaxTarEntry Plain(string name) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("hostile"u8.ToArray()) };

    private static PaxTarEntry Link(TarEntryType type, string name, string target) => new(type, name) { LinkName = target };

    private static string Noise(int length) => Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(length * 3 / 4));

    private string Name(string name) => $"{_registry.Authority}/{name}";

    private Command Pull(string name) => _engine.Docker("pull", Name(name));

    /// <summary>The pull fails with an error, and leaves no name, blob, snapshot or lease behind.</summary>
    private string Fails(string name)
    {
        Command pull = Pull(name);
        Assert.Equal(1, pull.ExitCode);
        Assert.True(_engine.IsAlive);
        Assert.DoesNotContain($"image {Name(name)}", _engine.Stored());
        Assert.DoesNotContain(_engine.Stored(), line => line.StartsWith("lease", StringComparison.Ordinal) || line.Contains("extract-", StringComparison.Ordinal));
        return pull.Error;
    }

    public sealed class Fixture : IDisposable
    {
        public DaemonOnContainerd Engine { get; } = new(null, "--max-download-attempts", "2");

        public void Dispose() => Engine.Dispose();
    }
}
