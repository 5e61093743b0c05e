using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Health;
using Wharf.ContainerdApi.Introspection.V1;
using Wharf.ContainerdApi.Reflection.V1;
using Wharf.ContainerdApi.Sandbox.V1;
using Wharf.Harness;
using Alpha = Wharf.ContainerdApi.Reflection.V1Alpha;
using Sandbox = Wharf.ContainerdApi.Types.Sandbox;

namespace Wharf.Interop.Containerd;

/// <summary>Services for tools and for clients newer than Debian's ctr.</summary>
public sealed class ServicesTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Plugins_are_listed_with_what_they_require_and_all_are_ok()
    {
        string[] lines = containerd.Ctr("plugins", "ls").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        foreach (string plugin in new[] { "io.containerd.content.v1 content", "io.containerd.snapshotter.v1 overlayfs", "io.containerd.metadata.v1 bolt", "io.containerd.differ.v1 walking", "io.containerd.gc.v1 scheduler", "io.containerd.service.v1 tasks-service", "io.containerd.grpc.v1 introspection" })
        {
            Assert.Contains(lines, line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).StartsWith(plugin + " ", StringComparison.Ordinal));
        }

        Assert.All(lines.Skip(1), line => Assert.EndsWith("ok", line.TrimEnd(), StringComparison.Ordinal));
        string detailed = containerd.Ctr("plugins", "ls", "--detailed", "id==bolt").Succeeds().Output;
        Assert.Contains("io.containerd.snapshotter.v1", detailed, StringComparison.Ordinal);
        Assert.DoesNotContain("walking", detailed, StringComparison.Ordinal);
    }

    [Fact]
    public void One_plugin_is_told_by_type_and_name()
    {
        using var channel = new ContainerdChannel(containerd);
        var client = new Introspection.IntrospectionClient(channel.Calls);

        PluginInfoResponse found = client.PluginInfo(new PluginInfoRequest { Type = "io.containerd.metadata.v1", Id = "bolt" }, cancellationToken: Cancellation);
        RpcException missing = Assert.Throws<RpcException>(() => client.PluginInfo(new PluginInfoRequest { Type = "io.containerd.metadata.v1", Id = "nothere" }, cancellationToken: Cancellation));

        Assert.Contains("io.containerd.content.v1", found.Plugin.Requires);
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public void A_runtime_tells_of_itself_by_its_shim()
    {
        using var channel = new ContainerdChannel(containerd);
        var client = new Introspection.IntrospectionClient(channel.Calls);
        Any Asking(string path) => new() { TypeUrl = "containerd.types.RuntimeRequest", Value = ByteString.CopyFrom([10, (byte)path.Length, .. System.Text.Encoding.UTF8.GetBytes(path)]) };

        PluginInfoResponse known = client.PluginInfo(new PluginInfoRequest { Type = "io.containerd.runtime.v2", Id = "task", Options = Asking(Programs.Shim) }, cancellationToken: Cancellation);
        RpcException missing = Assert.Throws<RpcException>(() => client.PluginInfo(new PluginInfoRequest { Type = "io.containerd.runtime.v2", Id = "task", Options = Asking("/nothere") }, cancellationToken: Cancellation));

        Assert.Equal("containerd.types.RuntimeInfo", known.Extra.TypeUrl);
        Assert.NotEmpty(known.Extra.Value);
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public void Health_is_of_the_server_and_not_of_names_that_it_does_not_know()
    {
        using var channel = new ContainerdChannel(containerd);
        var client = new Health.HealthClient(channel.Calls);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, client.Check(new HealthCheckRequest(), cancellationToken: Cancellation).Status);
        Assert.Equal(StatusCode.NotFound, Assert.Throws<RpcException>(() => client.Check(new HealthCheckRequest { Service = "nothere" }, cancellationToken: Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Reflection_names_the_services_and_describes_each_completely()
    {
        using var channel = new ContainerdChannel(containerd);
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call = new ServerReflection.ServerReflectionClient(channel.Calls).ServerReflectionInfo(cancellationToken: Cancellation);
        async Task<ServerReflectionResponse> Ask(ServerReflectionRequest request)
        {
            await call.RequestStream.WriteAsync(request, Cancellation);
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
            return call.ResponseStream.Current;
        }

        string[] names = [.. (await Ask(new ServerReflectionRequest { ListServices = "" })).ListServicesResponse.Service.Select(service => service.Name)];
        Assert.Contains("containerd.services.tasks.v1.Tasks", names);
        Assert.Contains("grpc.health.v1.Health", names);
        foreach (string name in names)
        {
            ServerReflectionResponse answer = await Ask(new ServerReflectionRequest { FileContainingSymbol = name });

            // Whoever asks builds the types of it: every file that one needs is there.
            IReadOnlyList<FileDescriptor> files = FileDescriptor.BuildFromByteStrings(answer.FileDescriptorResponse.FileDescriptorProto.Reverse());
            Assert.Contains(files.SelectMany(file => file.Services), service => service.FullName == name);
        }

        Assert.Equal((int)StatusCode.NotFound, (await Ask(new ServerReflectionRequest { FileContainingSymbol = "not.Here" })).ErrorResponse.ErrorCode);
        Assert.Equal((int)StatusCode.NotFound, (await Ask(new ServerReflectionRequest { FileByFilename = "nothere.proto" })).ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task Reflection_answers_under_its_older_name_too()
    {
        using var channel = new ContainerdChannel(containerd);
        using AsyncDuplexStreamingCall<Alpha.ServerReflectionRequest, Alpha.ServerReflectionResponse> call = new Alpha.ServerReflection.ServerReflectionClient(channel.Calls).ServerReflectionInfo(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { ListServices = "" }, Cancellation);

        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.Contains("containerd.services.images.v1.Images", call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Fact]
    public void Sandboxes_are_kept_changed_found_and_removed()
    {
        string scope = $"sandbox-{Guid.NewGuid():N}";
        using var channel = new ContainerdChannel(containerd, scope);
        var client = new Store.StoreClient(channel.Calls);
        var sandbox = new Sandbox { SandboxId = "one", Runtime = new Sandbox.Types.Runtime { Name = "io.containerd.wharf.v2" }, Spec = Any.Pack(new Duration { Seconds = 1 }) };
        sandbox.Labels["a"] = "1";
        sandbox.Extensions["x"] = Any.Pack(new Duration { Seconds = 2 });

        client.Create(new StoreCreateRequest { Sandbox = sandbox }, cancellationToken: Cancellation);
        Assert.Equal(StatusCode.AlreadyExists, Assert.Throws<RpcException>(() => client.Create(new StoreCreateRequest { Sandbox = sandbox }, cancellationToken: Cancellation)).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => client.Create(new StoreCreateRequest { Sandbox = new Sandbox { SandboxId = "../x" } }, cancellationToken: Cancellation)).StatusCode);
        containerd.Kill();
        containerd.StartAgain();

        var change = new Sandbox { SandboxId = "one" };
        change.Labels["b"] = "2";
        client.Update(new StoreUpdateRequest { Sandbox = change, Fields = { "labels.b", "extensions.x" } }, cancellationToken: Cancellation);
        Sandbox now = client.Get(new StoreGetRequest { SandboxId = "one" }, cancellationToken: Cancellation).Sandbox;

        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, now.Labels);
        Assert.Empty(now.Extensions);
        Assert.Equal(1, now.Spec.Unpack<Duration>().Seconds);
        Assert.Single(client.List(new StoreListRequest { Filters = { "labels.b==2" } }, cancellationToken: Cancellation).List);
        Assert.Empty(client.List(new StoreListRequest { Filters = { "labels.b==3" } }, cancellationToken: Cancellation).List);
        Assert.Contains("sandboxes", containerd.Ctr("namespaces", "rm", scope).Error, StringComparison.Ordinal);
        client.Delete(new StoreDeleteRequest { SandboxId = "one" }, cancellationToken: Cancellation);
        Assert.Equal(StatusCode.NotFound, Assert.Throws<RpcException>(() => client.Get(new StoreGetRequest { SandboxId = "one" }, cancellationToken: Cancellation)).StatusCode);
    }
}
