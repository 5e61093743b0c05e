using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Transfer.V1;
using Wharf.ContainerdApi.Types;
using Wharf.ContainerdApi.Types.Transfer;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Registries as the daemon itself sees them: pushed to, mirrored by hosts.toml, and hostile.</summary>
public sealed class RegistryTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string scope = $"registry-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pushed_image_is_what_skopeo_finds_and_a_second_name_is_mounted()
    {
        using var registry = new DockerRegistry();
        using var channel = new ContainerdChannel(containerd);

        await TransferAsync(channel, new ImageStore { Name = WharfContainerd.Image }, At($"{registry.Authority}/first:1"));
        await TransferAsync(channel, new ImageStore { Name = WharfContainerd.Image }, At($"{registry.Authority}/deep/second:1"));

        string[] digests = [.. new[] { "first:1", "deep/second:1" }.Select(name => Command.Run("skopeo", "inspect", "--format", "{{.Digest}}", "--tls-verify=false", $"docker://{registry.Authority}/{name}").Succeeds().Output.Trim())];
        Assert.All(digests, digest => Assert.Contains(digest, containerd.Ctr("image", "ls").Succeeds().Output, StringComparison.Ordinal));
        Assert.Contains($"containerd.io/distribution.source.{registry.Authority}=deep/second,first", containerd.Ctr("content", "ls").Succeeds().Output, StringComparison.Ordinal);

        // What was pushed can be had again, by the daemon and by its client.
        using var other = new ContainerdChannel(containerd, scope);
        await TransferAsync(other, At($"{registry.Authority}/deep/second:1"), new ImageStore { Name = "again", Platforms = { new Platform() }, Unpacks = { new UnpackConfiguration() } });
        Assert.Equal("hello\n", containerd.Ctr("-n", scope, "run", "--rm", "--runtime", Programs.Shim, "again", "one", "echo", "hello").Succeeds().Output);
        containerd.Ctr("image", "push", "--plain-http", $"{registry.Authority}/third:1", WharfContainerd.Image).Succeeds();
        Command.Run("skopeo", "inspect", "--tls-verify=false", $"docker://{registry.Authority}/third:1").Succeeds();
    }

    [Fact]
    public async Task A_mirror_of_hosts_toml_serves_any_registry_and_what_it_lacks_comes_from_the_next()
    {
        using var mirror = new ScriptedRegistry();
        using var second = new ScriptedRegistry();
        var image = new TestImage([TestImage.Layer("file", scope)]);
        image.AddTo(mirror, "team/app", "1");
        image.AddTo(second, "prefix/team/app", "1");
        mirror.Blobs.TryRemove(TestImage.Digest(image.Layers[0]), out _);
        string hosts = Hosts("registry.test_5000_", $"""
            server = "http://127.0.0.1:1"
            [host."http://{mirror.Authority}"]
              capabilities = ["pull", "resolve"]
              [host."http://{mirror.Authority}".header]
                x-key = "value"
            [host."http://{second.Authority}/v2/prefix"]
              override_path = true
            """);
        using var channel = new ContainerdChannel(containerd, scope);

        await TransferAsync(channel, new OCIRegistry { Reference = "registry.test:5000/team/app:1", Resolver = new RegistryResolver { HostDir = hosts } }, new ImageStore { Name = "mirrored", Unpacks = { new UnpackConfiguration() } });

        Assert.Contains("mirrored", containerd.Ctr("-n", scope, "image", "check").Succeeds().Output, StringComparison.Ordinal);
        Assert.All(mirror.Requests, request => Assert.Equal("value", request.Headers["x-key"]));
        Assert.All(mirror.Requests, request => Assert.Contains("ns=registry.test%3A5000", request.Path, StringComparison.Ordinal));
        Assert.Contains(mirror.Requests, request => request.IsManifest);
        ScriptedRequest only = Assert.Single(second.Requests);
        Assert.StartsWith($"/v2/prefix/team/app/blobs/{TestImage.Digest(image.Layers[0])}", only.Path, StringComparison.Ordinal);
        Assert.False(only.Headers.ContainsKey("x-key"));
    }

    [Fact]
    public async Task CVE_2020_15157_2024_3727_credentials_are_for_the_host_that_asks_and_not_for_where_it_sends_us()
    {
        using var elsewhere = new ScriptedRegistry();
        using var registry = new ScriptedRegistry();
        var image = new TestImage([TestImage.Layer("file", scope)]);
        image.AddTo(registry, "app", "1");
        string layer = TestImage.Digest(image.Layers[0]);
        elsewhere.AddBlob(image.Layers[0]);

        // A layer may name other places for itself: nobody is asked there.
        string manifest = image.Manifest.Replace($"\"digest\":\"{layer}\"", $"\"digest\":\"{layer}\",\"urls\":[\"http://{elsewhere.Authority}/foreign\"]", StringComparison.Ordinal);
        registry.AddManifest("app", "1", TestImage.ManifestType, manifest);
        registry.Script = request => request.Authorization is null ? ScriptedAnswer.Challenge("Basic realm=\"here\"")
            : request.Path.Contains(layer, StringComparison.Ordinal) ? ScriptedAnswer.Redirect($"http://{elsewhere.Authority}/v2/app/blobs/{layer}") : null;
        using var channel = new ContainerdChannel(containerd, scope);
        string id = $"auth-{scope}";
        using AsyncDuplexStreamingCall<Any, Any> helper = await StreamAsync(channel, id);
        Task answering = AnswerAsync(helper, registry.Authority);

        await TransferAsync(channel, new OCIRegistry { Reference = $"{registry.Authority}/app:1", Resolver = new RegistryResolver { AuthStream = id, DefaultScheme = "http", Headers = { ["X-Trace"] = "1", ["Cookie"] = "secret" } } }, new ImageStore { Name = "redirected" });
        await answering;

        Assert.Equal($"/v2/app/blobs/{layer}", Assert.Single(elsewhere.Requests).Path);
        Assert.All(elsewhere.Requests, request => Assert.True(request.Authorization is null && !request.Headers.ContainsKey("X-Trace") && !request.Headers.ContainsKey("Cookie")));
        Assert.Contains(registry.Requests, request => request.Authorization == "Basic " + Convert.ToBase64String("user:secret"u8) && request.Headers["X-Trace"] == "1");
    }

    [Fact]
    public async Task A_registry_with_an_authority_of_its_own_wants_to_see_our_certificate()
    {
        using var certificates = new Certificates();
        using var registry = new DockerRegistry(certificates);
        string folder = Path.Combine(containerd.Root, $"hosts-{scope}");
        string name = registry.Authority.Replace(':', '_') + "_";
        foreach (string file in new[] { "ca.pem", "cert.pem", "key.pem" })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            File.Copy(Path.Combine(certificates.Folder, file), Path.Combine(folder, name, file));
        }

        using var channel = new ContainerdChannel(containerd);
        Task Push(string hosts)
        {
            Hosts(name, hosts);
            return TransferAsync(channel, new ImageStore { Name = WharfContainerd.Image }, new OCIRegistry { Reference = $"{registry.Authority}/secured:1", Resolver = new RegistryResolver { HostDir = folder } });
        }

        RpcException stranger = await Assert.ThrowsAsync<RpcException>(() => Push($"server = \"https://{registry.Authority}\""));
        RpcException nobody = await Assert.ThrowsAsync<RpcException>(() => Push($"server = \"https://{registry.Authority}\"\nca = \"ca.pem\""));
        RpcException missing = await Assert.ThrowsAsync<RpcException>(() => Push($"server = \"https://{registry.Authority}\"\nca = \"nothere.pem\""));
        await Push($"server = \"https://{registry.Authority}\"\nca = \"ca.pem\"\nclient = [[\"cert.pem\", \"key.pem\"]]");
        await Push($"server = \"https://{registry.Authority}\"\nskip_verify = true\nclient = [[\"cert.pem\", \"key.pem\"]]");

        Assert.Contains("certificate", stranger.Status.Detail, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("remote error: tls: bad certificate", nobody.Status.Detail, StringComparison.Ordinal);
        Assert.Contains($"read certificate \"{folder}/{name}/nothere.pem\"", missing.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deep")]
    [InlineData("wide")]
    public async Task CVE_2026_53493_an_index_of_indexes_is_bounded(string form)
    {
        using var registry = new ScriptedRegistry();
        string digest = registry.AddManifest("bomb", null, TestImage.IndexType, """{"schemaVersion":2,"manifests":[]}""");
        int size = 34;
        for (int level = 0; level < (form == "deep" ? 10 : 3); level++)
        {
            // Each of a thousand entries leads to the same one below: a billion ways through three levels.
            int count = form == "deep" ? 1 : 900;
            string index = $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', Enumerable.Repeat($$"""{"mediaType":"{{TestImage.IndexType}}","digest":"{{digest}}","size":{{size}}}""", count))}}]}""";
            digest = registry.AddManifest("bomb", "1", TestImage.IndexType, index);
            size = index.Length;
        }

        using var channel = new ContainerdChannel(containerd, scope);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => TransferAsync(channel, At($"{registry.Authority}/bomb:1"), new ImageStore { Name = "bomb" }));

        Assert.True(error.StatusCode is StatusCode.InvalidArgument or StatusCode.NotFound, error.Status.Detail);
        Assert.InRange(registry.Requests.Count, 1, 5000);
        Assert.Empty(containerd.Ctr("-n", scope, "image", "ls", "-q").Succeeds().Output.Trim());
    }

    [Fact]
    public async Task A_pull_goes_on_after_the_connection_and_the_daemon_have_ended()
    {
        using var registry = new ScriptedRegistry();
        var image = new TestImage([TestImage.Layer("file", string.Concat(Enumerable.Range(0, 400_000).Select(number => $"{number * 7919 % 1_000_003:x}")))]);
        image.AddTo(registry, "big", "1");
        string layer = TestImage.Digest(image.Layers[0]);
        registry.Script = request => !request.Path.Contains(layer, StringComparison.Ordinal) ? null
            : request.RangeStart is null ? new ScriptedAnswer(200) { Body = image.Layers[0], CutAfter = 400_000 }
            : new ScriptedAnswer(206) { Body = image.Layers[0][request.RangeStart.Value..], StallAfter = 300_000, Headers = [("Content-Range", $"bytes {request.RangeStart}-{image.Layers[0].Length - 1}/{image.Layers[0].Length}")] };
        using (var before = new ContainerdChannel(containerd, scope))
        {
            Task broken = TransferAsync(before, At($"{registry.Authority}/big:1"), new ImageStore { Name = "big" });
            var limit = System.Diagnostics.Stopwatch.StartNew();
            while (!registry.Requests.Any(request => request.RangeStart > 0))
            {
                Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), "the broken connection was not taken up again");
                await Task.Delay(20, Cancellation);
            }

            containerd.Kill();
            await Assert.ThrowsAsync<RpcException>(() => broken);
            containerd.StartAgain();
        }

        int asked = registry.Requests.Count;
        registry.Script = null;
        using var channel = new ContainerdChannel(containerd, scope);
        await TransferAsync(channel, At($"{registry.Authority}/big:1"), new ImageStore { Name = "big", Unpacks = { new UnpackConfiguration() } });

        Assert.Contains(registry.Requests.Skip(asked), request => request.Path.Contains(layer, StringComparison.Ordinal) && request.RangeStart > 0);
        Assert.Contains("complete", containerd.Ctr("-n", scope, "image", "check").Succeeds().Output, StringComparison.Ordinal);
    }

    private static OCIRegistry At(string reference) => new() { Reference = reference, Resolver = new RegistryResolver { DefaultScheme = "http" } };

    private static Any ToAny(IMessage message) => new() { TypeUrl = message.Descriptor.FullName, Value = message.ToByteString() };

    private static async Task TransferAsync(ContainerdChannel channel, IMessage from, IMessage to) =>
        await new Transfer.TransferClient(channel.Calls).TransferAsync(new TransferRequest { Source = ToAny(from), Destination = ToAny(to), Options = new TransferOptions() }, cancellationToken: Cancellation);

    private static async Task<AsyncDuplexStreamingCall<Any, Any>> StreamAsync(ContainerdChannel channel, string id)
    {
        AsyncDuplexStreamingCall<Any, Any> stream = new ContainerdApi.Streaming.V1.Streaming.StreamingClient(channel.Calls).Stream(cancellationToken: Cancellation);
        await stream.RequestStream.WriteAsync(ToAny(new ContainerdApi.Streaming.V1.StreamInit { Id = id }), Cancellation);
        Assert.True(await stream.ResponseStream.MoveNext(Cancellation));
        return stream;
    }

    private static async Task AnswerAsync(AsyncDuplexStreamingCall<Any, Any> helper, string host)
    {
        while (await helper.ResponseStream.MoveNext(Cancellation))
        {
            Assert.Equal(host, AuthRequest.Parser.ParseFrom(helper.ResponseStream.Current.Value).Host);
            await helper.RequestStream.WriteAsync(ToAny(new AuthResponse { AuthType = AuthType.Credentials, Username = "user", Secret = "secret" }), Cancellation);
        }
    }

    private string Hosts(string name, string text)
    {
        string folder = Path.Combine(containerd.Root, $"hosts-{scope}");
        Directory.CreateDirectory(Path.Combine(folder, name));
        File.WriteAllText(Path.Combine(folder, name, "hosts.toml"), text);
        return folder;
    }
}
