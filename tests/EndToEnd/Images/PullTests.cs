using System.Text;
using Wharf.Harness;

namespace Wharf.EndToEnd.Images;

/// <summary>Pulling through the whole chain, with our client and with docker's.</summary>
public sealed class PullTests(PullTests.Fixture fixture) : IClassFixture<PullTests.Fixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly ScriptedRegistry registry = new();
    private readonly string repository = $"r{Guid.NewGuid():N}";

    public static TheoryData<string> Clients => ["wharf", "docker"];

    public void Dispose() => registry.Dispose();

    /// <summary>An engine that gives up after its second attempt.</summary>
    public sealed class Fixture : IDisposable
    {
        public Engine Engine { get; } = new("--max-download-attempts", "2");

        public void Dispose() => Engine.Dispose();
    }

    [Theory]
    [InlineData("wharf", "gzip")]
    [InlineData("wharf", "zstd")]
    [InlineData("docker", "gzip")]
    [InlineData("docker", "zstd")]
    public void A_run_pulls_what_is_missing(string client, string compression)
    {
        using var debian = new DockerRegistry();
        string archive = Path.Combine(engine.Root, $"{repository}.tar");
        Command.Run(Path.Combine(Programs.Checkout, "scripts", "busybox-image"), archive).Succeeds();
        debian.Add("oci-archive:" + archive, $"{repository}:1", "--dest-compress-format", compression);
        string reference = $"{debian.Authority}/{repository}:1";

        Command run = Client(client, "run", "--rm", reference, "echo", "pulled and run");

        Assert.Equal((0, "pulled and run\n"), (run.ExitCode, run.Output));
        Assert.Contains($"Unable to find image '{reference}' locally", run.Error, StringComparison.Ordinal);
        Assert.Contains($"Status: Downloaded newer image for {reference}", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_registry_that_asks_for_tokens_gets_the_users_credentials(string client)
    {
        new TestImage([TestImage.Layer("file", "secret")]).AddTo(registry, repository, "1");
        AskForTokens("anna:s3cret");
        Dictionary<string, string?> environment = engine.ClientEnvironment();
        environment["DOCKER_CONFIG"] = Path.Combine(engine.Root, repository);
        Directory.CreateDirectory(environment["DOCKER_CONFIG"]!);

        Command stranger = Command.Run(Program(client), ["pull", Name("1")], null, environment);
        Assert.Equal(1, stranger.ExitCode);
        Assert.Contains($"pull access denied for {registry.Authority}/{repository}, repository does not exist or may require", stranger.Error, StringComparison.Ordinal);

        File.WriteAllText(
            Path.Combine(environment["DOCKER_CONFIG"]!, "config.json"),
            $$"""{"auths":{"{{registry.Authority}}":{"auth":"{{Convert.ToBase64String("anna:s3cret"u8)}}"} } }""");
        Command.Run(Program(client), ["pull", Name("1")], null, environment).Succeeds();
        Assert.Contains(registry.Requests, request => request.Path.StartsWith("/token?", StringComparison.Ordinal) && request.Path.Contains("scope=repository%3A" + repository, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_platform_is_the_hosts_or_the_one_that_is_asked_for(string client)
    {
        var images = new[] { "amd64", "arm64" }.Select(platform => new TestImage([TestImage.Layer("file", platform)], platform)).ToArray();
        foreach (TestImage image in images)
        {
            image.AddTo(registry, repository, null);
        }

        registry.AddManifest(repository, "1", TestImage.IndexType, $$"""{"schemaVersion":2,"mediaType":"{{TestImage.IndexType}}","manifests":[{{string.Join(',', images.Select(image => image.ManifestDescriptor))}}]}""");
        string host = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
        string other = host == "amd64" ? "arm64" : "amd64";

        Client(client, "pull", Name("1")).Succeeds();
        Assert.Contains(registry.Requests, request => request.Path.EndsWith(images.Single(image => image.Architecture == host).ManifestDigest, StringComparison.Ordinal));
        Assert.DoesNotContain(registry.Requests, request => request.Path.EndsWith(images.Single(image => image.Architecture == other).ManifestDigest, StringComparison.Ordinal));

        Client(client, "pull", "--platform", $"linux/{other}", Name("1")).Succeeds();
        Assert.Contains(registry.Requests, request => request.Path.EndsWith(images.Single(image => image.Architecture == other).ManifestDigest, StringComparison.Ordinal));

        Command none = Client(client, "pull", "--platform", "linux/s390x", Name("1"));
        Assert.Equal((1, "no matching manifest for linux/s390x in the manifest list entries\n"), (none.ExitCode, none.Error));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Without_a_terminal_there_are_lines_and_no_bars(string client)
    {
        TestImage image = TwoLayers();

        Command pull = Client(client, "pull", Name("1")).Succeeds();

        string[] ids = [.. image.Layers.Select(layer => TestImage.Digest(layer)["sha256:".Length..][..12])];
        string[] lines = pull.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"1: Pulling from {repository}", lines[0]);
        Assert.All(ids, id => Assert.Contains($"{id}: Pull complete", lines));
        Assert.Equal([$"Digest: {image.ManifestDigest}", $"Status: Downloaded newer image for {Name("1")}", Name("1")], lines[^3..]);
        Assert.DoesNotContain("=>", pull.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', pull.Output);
        Assert.DoesNotContain('\r', pull.Output);
        Assert.Empty(pull.Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void On_a_terminal_each_layer_has_a_bar_that_ends_as_a_line(string client)
    {
        TestImage image = TwoLayers();
        string[] ids = [.. image.Layers.Select(layer => TestImage.Digest(layer)["sha256:".Length..][..12])];

        // Into a file: every byte counts.
        string seen = Path.Combine(engine.Root, repository);
        Command.Run("sh", ["-c", $"script -qefc 'stty cols 120 rows 40; {Program(client)} pull {Name("1")}' /dev/null >{seen}"], null, engine.ClientEnvironment()).Succeeds();
        string written = File.ReadAllText(seen);

        Assert.All(ids, id => Assert.Matches($@"{id}: Downloading +\[=*> *\] +[0-9.]+k?M?B/[0-9.]+MB", written));
        string[] shown = [.. Screen.Of(written).Where(line => line.Length > 0)];
        Assert.Equal(
            [$"1: Pulling from {repository}", .. ids.Select(id => $"{id}: Pull complete"), $"Digest: {image.ManifestDigest}", $"Status: Downloaded newer image for {Name("1")}", Name("1")],
            shown.Select(line => line.TrimEnd()));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_registry_that_stops_in_the_middle_is_an_error(string client)
    {
        TestImage image = TwoLayers();
        string cut = TestImage.Digest(image.Layers[1]);
        registry.Script = request => request.IsBlob && request.Path.EndsWith(cut, StringComparison.Ordinal)
            ? new ScriptedAnswer(200) { Body = image.Layers[1], CutAfter = 100_000 }
            : null;

        Command pull = Client(client, "pull", Name("1"));

        Assert.Equal(1, pull.ExitCode);
        Assert.Contains(cut, pull.Error, StringComparison.Ordinal);
        NothingIsThere(client);
        registry.Script = null;
        Client(client, "pull", Name("1")).Succeeds();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_registry_that_lies_is_an_error(string client)
    {
        TestImage image = TwoLayers();
        byte[] other = (byte[])image.Layers[1].Clone();
        other[^1] ^= 1;
        registry.Blobs[TestImage.Digest(image.Layers[1])] = other;

        Command pull = Client(client, "pull", Name("1"));

        Assert.Equal(1, pull.ExitCode);
        Assert.Contains(TestImage.Digest(image.Layers[1]), pull.Error, StringComparison.Ordinal);
        Assert.Contains(TestImage.Digest(other), pull.Error, StringComparison.Ordinal);
        NothingIsThere(client);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_run_of_what_cannot_be_pulled_is_125(string client)
    {
        Command run = Client(client, "run", "--rm", Name("none"), "true");

        Assert.Equal(125, run.ExitCode);
        Assert.Contains("manifest unknown", run.Error, StringComparison.Ordinal);
    }

    private static string Program(string client) => client == "wharf" ? Programs.Wharf : client;

    private static string Noise(int length)
    {
        var random = new Random(length);
        var text = new StringBuilder(length);
        while (text.Length < length)
        {
            text.Append((char)random.Next(33, 127));
        }

        return text.ToString();
    }

    private Command Client(string client, params string[] arguments) => engine.Client(Program(client), arguments);

    private string Name(string tag) => $"{registry.Authority}/{repository}:{tag}";

    private TestImage TwoLayers()
    {
        // Layers of no other test: what is there already is not fetched.
        var image = new TestImage([TestImage.Layer("one", repository + Noise(2_000_000)), TestImage.Layer("two", repository + Noise(3_000_000))]);
        image.AddTo(registry, repository, "1");
        return image;
    }

    private void NothingIsThere(string client)
    {
        Assert.DoesNotContain(repository, Client(client, "images").Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal(1, Client(client, "image", "inspect", Name("1")).ExitCode);
        Client(client, "run", "--rm", "busybox:latest", "true").Succeeds();
    }

    private void AskForTokens(string credentials)
    {
        string expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));
        registry.Script = request =>
        {
            if (request.Path.StartsWith("/token", StringComparison.Ordinal))
            {
                // As the public registry does: everybody gets a token, not everybody one that opens.
                string token = request.Authorization == expected ? "the-token" : "of-nobody";
                return new ScriptedAnswer(200) { Headers = [("Content-Type", "application/json")], Body = Encoding.UTF8.GetBytes($"{{\"token\":\"{token}\",\"expires_in\":300}}") };
            }

            return request.Authorization == "Bearer the-token" ? null
                : request.Authorization is not null ? ScriptedAnswer.Error(401, "DENIED", "requested access to the resource is denied")
                : ScriptedAnswer.Challenge($"Bearer realm=\"http://{registry.Authority}/token\",service=\"test\",scope=\"repository:{repository}:pull\"");
        };
    }
}
