using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Streaming.V1;
using Wharf.ContainerdApi.Transfer.V1;
using Wharf.ContainerdApi.Types;
using Wharf.ContainerdApi.Types.Transfer;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Images moved by the daemon itself, as clients from containerd 1.7 on ask for it; Debian's ctr looks at what came of it.</summary>
public sealed class TransferTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string scope = $"transfer-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pull_fetches_unpacks_names_and_tells_how_far_it_is()
    {
        using var registry = new DockerRegistry();
        registry.Add($"oci-archive:{containerd.Root}/busybox.tar", "pulled:1");
        string name = $"{registry.Authority}/pulled:1";
        using var channel = new ContainerdChannel(containerd, scope);
        var destination = new ImageStore { Name = name, Platforms = { new Platform() }, Unpacks = { new UnpackConfiguration() } };
        destination.Labels["mine"] = "1";
        using AsyncDuplexStreamingCall<Any, Any> watching = await OpenAsync(channel, "progress");

        await TransferAsync(channel, new OCIRegistry { Reference = name, Resolver = new RegistryResolver { DefaultScheme = "http" } }, destination, "progress");

        var events = new List<string>();
        while (await watching.ResponseStream.MoveNext(Cancellation))
        {
            events.Add(Progress.Parser.ParseFrom(watching.ResponseStream.Current.Value).Event);
        }

        Assert.Equal(["extracted", "saved"], events.Where(one => one is "extracted" or "saved"));
        Assert.Contains("mine=1", containerd.Ctr("-n", scope, "image", "ls").Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal("hello\n", containerd.Ctr("-n", scope, "run", "--rm", "--runtime", Programs.Shim, name, "one", "echo", "hello").Succeeds().Output);
        Assert.DoesNotContain("transfer-", containerd.Ctr("-n", scope, "leases", "ls", "-q").Succeeds().Output, StringComparison.Ordinal);

        // What it labelled keeps what is needed and nothing else: it is all collected with the name.
        containerd.Ctr("-n", scope, "image", "rm", "--sync", name).Succeeds();
        Assert.Empty(containerd.Ctr("-n", scope, "content", "ls", "-q").Succeeds().Output.Trim());
        Assert.DoesNotContain("sha256", containerd.Ctr("-n", scope, "snapshots", "ls").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_exported_is_imported_again_and_read_by_others()
    {
        using var channel = new ContainerdChannel(containerd);
        byte[] archive = await ExportAsync(channel, WharfContainerd.Image);
        string path = Path.Combine(containerd.Root, $"{scope}.tar");
        File.WriteAllBytes(path, archive);

        Assert.Equal(archive, await ExportAsync(channel, WharfContainerd.Image));
        Command.Run("skopeo", "--insecure-policy", "copy", "--quiet", $"oci-archive:{path}", $"oci:{containerd.Root}/{scope}:x").Succeeds();
        Command.Run("skopeo", "--insecure-policy", "copy", "--quiet", $"docker-archive:{path}:busybox:latest", $"oci:{containerd.Root}/{scope}:y").Succeeds();
        using var other = new ContainerdChannel(containerd, scope);
        await ImportAsync(other, archive);
        Assert.Equal("hello\n", containerd.Ctr("-n", scope, "run", "--rm", "--runtime", Programs.Shim, WharfContainerd.Image, "one", "echo", "hello").Succeeds().Output);
        Assert.Contains("complete", containerd.Ctr("-n", scope, "image", "check").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_in_dockers_older_form_is_imported()
    {
        string folder = Directory.CreateDirectory(Path.Combine(containerd.Root, scope)).FullName;
        Command.Run("skopeo", "--insecure-policy", "copy", "--quiet", $"oci-archive:{containerd.Root}/busybox.tar", $"docker-archive:{folder}/old.tar:example.com/old:1").Succeeds();
        using var channel = new ContainerdChannel(containerd, scope);

        await ImportAsync(channel, File.ReadAllBytes($"{folder}/old.tar"));

        Assert.Equal("hello\n", containerd.Ctr("-n", scope, "run", "--rm", "--runtime", Programs.Shim, "example.com/old:1", "one", "echo", "hello").Succeeds().Output);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task A_packed_archive_is_imported(string compression)
    {
        byte[] archive = new TestImage([TestImage.Layer("file", scope)]).Archive($"example.com/{compression}:1");
        using var channel = new ContainerdChannel(containerd, scope);

        await ImportAsync(channel, compression == "gzip" ? TestImage.Gzip(archive) : TestImage.Zstd(archive));

        Assert.Contains("complete", containerd.Ctr("-n", scope, "image", "check").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_is_one_more_name()
    {
        using var channel = new ContainerdChannel(containerd);
        string name = $"example.com/{scope}:1";

        await TransferAsync(channel, new ImageStore { Name = WharfContainerd.Image }, new ImageStore { Name = name });

        Assert.Equal("hello\n", containerd.Ctr("run", "--rm", "--runtime", Programs.Shim, name, scope, "echo", "hello").Succeeds().Output);
    }

    [Fact]
    public async Task What_cannot_be_done_is_told_by_code_and_leaves_nothing()
    {
        using var registry = new DockerRegistry();
        using var channel = new ContainerdChannel(containerd, scope);
        async Task<RpcException> Fails(IMessage from, IMessage to) => await Assert.ThrowsAsync<RpcException>(() => TransferAsync(channel, from, to));

        Assert.Equal(StatusCode.NotFound, (await Fails(new ImageStore { Name = "nothere" }, new ImageStore { Name = "x" })).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Fails(new ImageImportStream { Stream = "nothere" }, new ImageStore { Name = "x" })).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Fails(new OCIRegistry { Reference = $"{registry.Authority}/nothere:1", Resolver = new RegistryResolver { DefaultScheme = "http" } }, new ImageStore { Name = "x" })).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Fails(new OCIRegistry { Reference = "///" }, new ImageStore { Name = "x" })).StatusCode);
        Assert.Equal(StatusCode.Unimplemented, (await Fails(new Duration(), new ImageStore { Name = "x" })).StatusCode);
        Assert.Empty(containerd.Ctr("-n", scope, "leases", "ls", "-q").Succeeds().Output.Trim());
        Assert.Empty(containerd.Ctr("-n", scope, "image", "ls", "-q").Succeeds().Output.Trim());
    }

    [Fact]
    public async Task A_layer_that_is_not_what_its_image_says_is_not_unpacked()
    {
        byte[] layer = TestImage.Layer("file", "content");
        var image = new TestImage([TestImage.Layer("file", "other")]);
        byte[] archive = image.Archive("example.com/wrong:1");

        // The config of one image with the layer of another.
        var mixed = new TestImage([layer]);
        string manifest = mixed.Manifest.Replace(TestImage.Digest(mixed.Config), TestImage.Digest(image.Config), StringComparison.Ordinal).Replace($"\"size\":{mixed.Config.Length}", $"\"size\":{image.Config.Length}", StringComparison.Ordinal);
        byte[] document = System.Text.Encoding.UTF8.GetBytes(manifest);
        byte[] hostile = TestImage.Layer(
        [
            .. new Dictionary<string, byte[]>
            {
                [$"blobs/sha256/{TestImage.Digest(document)[7..]}"] = document,
                [$"blobs/sha256/{TestImage.Digest(image.Config)[7..]}"] = image.Config,
                [$"blobs/sha256/{TestImage.Digest(mixed.Layers[0])[7..]}"] = mixed.Layers[0],
                ["index.json"] = System.Text.Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{TestImage.ManifestType}}","digest":"{{TestImage.Digest(document)}}","size":{{document.Length}},"annotations":{"io.containerd.image.name":"example.com/wrong:1"} }]}"""),
            }.Select(file => (System.Formats.Tar.TarEntry)new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, file.Key) { DataStream = new MemoryStream(file.Value) }),
        ]);
        using var channel = new ContainerdChannel(containerd, scope);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(channel, hostile));

        Assert.NotEqual(archive, hostile);
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Contains("wrong diff id", error.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(containerd.Ctr("-n", scope, "image", "ls", "-q").Succeeds().Output.Trim());
        Assert.DoesNotContain("Active", containerd.Ctr("-n", scope, "snapshots", "ls").Succeeds().Output, StringComparison.Ordinal);
    }

    private static Any ToAny(IMessage message) => new() { TypeUrl = message.Descriptor.FullName, Value = message.ToByteString() };

    private static async Task TransferAsync(ContainerdChannel channel, IMessage from, IMessage to, string? progress = null) =>
        await new Transfer.TransferClient(channel.Calls).TransferAsync(new TransferRequest { Source = ToAny(from), Destination = ToAny(to), Options = new TransferOptions { ProgressStream = progress ?? "" } }, cancellationToken: Cancellation);

    private static async Task<AsyncDuplexStreamingCall<Any, Any>> OpenAsync(ContainerdChannel channel, string id)
    {
        AsyncDuplexStreamingCall<Any, Any> stream = new Streaming.StreamingClient(channel.Calls).Stream(cancellationToken: Cancellation);
        await stream.RequestStream.WriteAsync(ToAny(new StreamInit { Id = id }), Cancellation);
        Assert.True(await stream.ResponseStream.MoveNext(Cancellation));
        return stream;
    }

    private static async Task<byte[]> ExportAsync(ContainerdChannel channel, string image)
    {
        string id = $"export-{Guid.NewGuid():N}";
        using AsyncDuplexStreamingCall<Any, Any> stream = await OpenAsync(channel, id);
        Task transfer = TransferAsync(channel, new ImageStore { ExtraReferences = { new ImageReference { Name = image } } }, new ImageExportStream { Stream = id });
        var archive = new MemoryStream();
        await stream.RequestStream.WriteAsync(ToAny(new WindowUpdate { Update = 1000 }), Cancellation);
        while (await stream.ResponseStream.MoveNext(Cancellation))
        {
            byte[] piece = Data.Parser.ParseFrom(stream.ResponseStream.Current.Value).Data_.ToByteArray();
            Assert.InRange(piece.Length, 1, 64 << 10);
            archive.Write(piece);

            // No more than was granted ever comes. After the last piece nobody reads what is granted.
            try
            {
                await stream.RequestStream.WriteAsync(ToAny(new WindowUpdate { Update = archive.Length < 4000 ? piece.Length : 64 << 10 }), Cancellation);
            }
            catch (RpcException error) when (error.StatusCode is StatusCode.Cancelled or StatusCode.OK)
            {
            }
        }

        await transfer;
        return archive.ToArray();
    }

    private static async Task ImportAsync(ContainerdChannel channel, byte[] archive)
    {
        string id = $"import-{Guid.NewGuid():N}";
        using AsyncDuplexStreamingCall<Any, Any> stream = await OpenAsync(channel, id);
        Task transfer = TransferAsync(
            channel,
            new ImageImportStream { Stream = id },
            new ImageStore { ExtraReferences = { new ImageReference { Name = "import", IsPrefix = true, AllowOverwrite = true } }, Unpacks = { new UnpackConfiguration() } });
        int granted = 0;
        for (int at = 0; at < archive.Length;)
        {
            while (granted <= 0)
            {
                Assert.True(await stream.ResponseStream.MoveNext(Cancellation));
                granted += WindowUpdate.Parser.ParseFrom(stream.ResponseStream.Current.Value).Update;
            }

            int count = Math.Min(Math.Min(granted, 50_000), archive.Length - at);
            await stream.RequestStream.WriteAsync(ToAny(new Data { Data_ = ByteString.CopyFrom(archive, at, count) }), Cancellation);
            granted -= count;
            at += count;
        }

        await stream.RequestStream.CompleteAsync();
        await transfer;
    }
}
