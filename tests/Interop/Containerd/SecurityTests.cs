using System.Formats.Tar;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Transfer.V1;
using Wharf.ContainerdApi.Types.Transfer;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>
/// Published faults of containerd and its shims that can be met here, by number. Those of CRI (2022-23648, 2022-31030) have no way in:
/// there is no CRI. Users by name or number (2023-25173, 2022-36109, 2024-40635, 2026-46680, 2026-47262) are resolved by clients.
/// </summary>
public sealed class SecurityTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private const UnixFileMode Everybody = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private readonly string scope = $"security-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void CVE_2020_15257_a_shim_listens_on_a_file_that_only_root_reaches()
    {
        containerd.Run(scope, ["-d"], "sleep", "1000").Succeeds();
        try
        {
            string bundle = Path.Combine(containerd.State, "io.containerd.runtime.v2.task", "default", scope);
            string address = File.ReadAllText(Path.Combine(bundle, "address")).Trim();

            Assert.StartsWith("unix:///", address, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(address["unix://".Length..]) & Everybody);
            Assert.DoesNotContain(File.ReadLines("/proc/net/unix"), line => line.Contains($"@{address["unix://".Length..]}", StringComparison.Ordinal));
        }
        finally
        {
            containerd.Ctr("task", "rm", "-f", scope);
            containerd.Ctr("container", "rm", scope).Succeeds();
        }
    }

    [Fact]
    public void CVE_2021_41103_2024_25621_2021_41091_folders_are_closed_to_others()
    {
        containerd.Run(scope, ["-d"], "sleep", "1000").Succeeds();
        try
        {
            string bundle = Path.Combine(containerd.State, "io.containerd.runtime.v2.task", "default", scope);

            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(containerd.Store) & Everybody);
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(bundle) & Everybody);
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(containerd.State) & (Everybody & ~UnixFileMode.OtherExecute));
        }
        finally
        {
            containerd.Ctr("task", "rm", "-f", scope);
            containerd.Ctr("container", "rm", scope).Succeeds();
        }
    }

    [Fact]
    public void CVE_2021_21334_2020_14370_one_containers_environment_is_not_the_next_ones()
    {
        containerd.Run($"{scope}-1", ["--rm", "--env", $"SECRET={scope}"], "true").Succeeds();

        Command second = containerd.Run($"{scope}-2", ["--rm", "--env", "OWN=1"], "env").Succeeds();

        Assert.Contains("OWN=1", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(scope, second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CVE_2023_25153_an_archive_with_a_document_of_gigabytes_is_not_read_into_memory()
    {
        using var channel = new ContainerdChannel(containerd, scope);
        string id = $"import-{scope}";
        using AsyncDuplexStreamingCall<Any, Any> stream = await OpenAsync(channel, id);
        Task transfer = TransferAsync(channel, new ImageImportStream { Stream = id }, new ImageStore { ExtraReferences = { new ImageReference { Name = "import", IsPrefix = true } } });

        // The header promises 8 GB; what is not taken into memory is passed over as it comes, and here it just ends.
        byte[] header = TestImage.Layer(new PaxTarEntry(TarEntryType.RegularFile, "index.json") { DataStream = new MemoryStream([1]) });
        int at = header.AsSpan().LastIndexOf("index.json"u8);
        Encoding.ASCII.GetBytes("77777777777\0").CopyTo(header, at + 124);
        header.AsSpan(at + 148, 8).Fill((byte)' ');
        int sum = header.AsSpan(at, 512).ToArray().Sum(one => one);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, at + 148);
        await stream.RequestStream.WriteAsync(ToAny(new Data { Data_ = ByteString.CopyFrom(header, 0, at + 512) }), Cancellation);
        await stream.RequestStream.CompleteAsync();
        await Assert.ThrowsAsync<RpcException>(() => transfer);

        Assert.True(containerd.IsAlive);
        Assert.InRange(ResidentBytes(), 1, 200_000_000);
    }

    [Fact]
    public async Task CVE_2026_53488_what_an_image_says_of_itself_becomes_no_label_of_ours()
    {
        using var registry = new ScriptedRegistry();
        var image = new TestImage([TestImage.Layer("file", scope)]);
        image.AddTo(registry, "app", null);
        string manifest = $$"""{{image.Manifest.TrimEnd()[..^1]}},"annotations":{"containerd.io/gc.root":"1","containerd.io/gc.ref.content.x":"{{TestImage.Digest(image.Config)}}"} }""";
        registry.AddManifest("app", "1", TestImage.ManifestType, manifest);
        using var channel = new ContainerdChannel(containerd, scope);

        await TransferAsync(channel, At(registry, "app:1"), new ImageStore { Name = "app" });

        Assert.DoesNotContain("gc.root", containerd.Ctr("-n", scope, "content", "ls").Succeeds().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("gc.ref.content.x", containerd.Ctr("-n", scope, "content", "ls").Succeeds().Output, StringComparison.Ordinal);
        containerd.Ctr("-n", scope, "image", "rm", "--sync", "app").Succeeds();
        Assert.Empty(containerd.Ctr("-n", scope, "content", "ls", "-q").Succeeds().Output.Trim());
    }

    public static TheoryData<string, string> Malformed() => new()
    {
        { "CVE-2026-95839", """{"schemaVersion":2,"mediaType":"M","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:../../../etc/passwd","size":2},"layers":[]}""" },
        { "CVE-2026-95839", """{"schemaVersion":2,"mediaType":"M","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"","size":2},"layers":[]}""" },
        { "CVE-2026-95839", """{"schemaVersion":2,"mediaType":"M","config":null,"layers":[null]}""" },
        { "CVE-2021-41190", """{"schemaVersion":2,"mediaType":"M","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[],"manifests":[]}""" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task CVE_2026_95839_2021_41190_a_document_that_is_malformed_or_two_at_once_is_refused(string number, string manifest)
    {
        using var registry = new ScriptedRegistry();
        registry.AddManifest("app", "1", TestImage.ManifestType, manifest.Replace("\"M\"", $"\"{TestImage.ManifestType}\"", StringComparison.Ordinal));
        using var channel = new ContainerdChannel(containerd, scope);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => TransferAsync(channel, At(registry, "app:1"), new ImageStore { Name = "app" }));

        Assert.StartsWith("CVE-", number, StringComparison.Ordinal);
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("read manifest", error.Status.Detail, StringComparison.Ordinal);
        Assert.True(containerd.IsAlive);
    }

    private static OCIRegistry At(ScriptedRegistry registry, string name) => new() { Reference = $"{registry.Authority}/{name}", Resolver = new RegistryResolver { DefaultScheme = "http" } };

    private static Any ToAny(IMessage message) => new() { TypeUrl = message.Descriptor.FullName, Value = message.ToByteString() };

    private static async Task TransferAsync(ContainerdChannel channel, IMessage from, IMessage to) =>
        await new Transfer.TransferClient(channel.Calls).TransferAsync(new TransferRequest { Source = ToAny(from), Destination = ToAny(to), Options = new TransferOptions() }, cancellationToken: Cancellation);

    private static async Task<AsyncDuplexStreamingCall<Any, Any>> OpenAsync(ContainerdChannel channel, string id)
    {
        AsyncDuplexStreamingCall<Any, Any> stream = new ContainerdApi.Streaming.V1.Streaming.StreamingClient(channel.Calls).Stream(cancellationToken: Cancellation);
        await stream.RequestStream.WriteAsync(ToAny(new ContainerdApi.Streaming.V1.StreamInit { Id = id }), Cancellation);
        Assert.True(await stream.ResponseStream.MoveNext(Cancellation));
        return stream;
    }

    private long ResidentBytes()
    {
        int daemon = HostProcesses.Naming(containerd.Root).Single(process => HostProcesses.CommandLine(process).StartsWith(Programs.Containerd, StringComparison.Ordinal));
        string line = File.ReadLines($"/proc/{daemon}/status").Single(one => one.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
