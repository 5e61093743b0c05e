using System.Text;
using Wharf.Containerd.Tasks;
using Wharf.ContainerdApi.ShimTask;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Tests.Tasks;

/// <summary>Shims of both versions of the task service: containerd 1.x's print an address, 2.x's a document and serve version 3 alone.</summary>
public sealed class ShimEndpointTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-shim-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("unix:///run/s\n", 2, "/run/s")]
    [InlineData("/run/s", 2, "/run/s")]
    [InlineData("""{"version":2,"address":"unix:///run/s","protocol":"ttrpc"}""", 2, "/run/s")]
    [InlineData("""{"version":3,"address":"unix:///run/s","protocol":"ttrpc"}""", 3, "/run/s")]
    [InlineData("""{"address":"unix:///run/s","later":[1]}""", 2, "/run/s")]
    public void Both_forms_of_answer_are_read(string answer, int version, string path)
    {
        ShimEndpoint endpoint = ShimEndpoint.Parse(answer);

        Assert.Equal((version, path), (endpoint.Version, endpoint.SocketPath));
        Assert.Equal(endpoint, ShimEndpoint.Parse(Encoding.UTF8.GetString(endpoint.ToDocument())));
    }

    [Theory]
    [InlineData("", "it printed no address")]
    [InlineData("""{"version":4,"address":"unix:///s","protocol":"ttrpc"}""", "version 4 of the task service: not implemented")]
    [InlineData("""{"version":3,"address":"unix:///s","protocol":"grpc"}""", "protocol \"grpc\": not implemented")]
    [InlineData("""{"version":3}""", "no address in")]
    [InlineData("""{"version":"3"}""", "cannot be read")]
    [InlineData("""{"version":""", "cannot be read")]
    public void An_answer_that_is_none_is_refused_with_its_cause(string answer, string cause) =>
        Assert.Contains(cause, Assert.Throws<ContainerdException>(() => ShimEndpoint.Parse(answer)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_shim_is_called_by_the_name_of_its_version_also_after_a_restart(int version)
    {
        string socket = Path.Combine(folder, "s");
        await using var server = new TtrpcServer(socket, (request, _) => request.Service == $"containerd.task.v{version}.Task"
            ? Task.FromResult(Array.Empty<byte>())
            : throw new TtrpcException(TtrpcStatus.Unimplemented, request.Service));
        var bundle = new Bundle(Path.Combine(folder, "state"), Path.Combine(folder, "root"), "ns", "one");
        bundle.Create("{}"u8.ToArray(), "/bin/shim");

        bundle.WriteEndpoint(ShimEndpoint.Parse($$"""{"version":{{version}},"address":"unix://{{socket}}","protocol":"ttrpc"}"""));
        ShimEndpoint kept = Assert.NotNull(bundle.Endpoint());

        await using Shim shim = await Shim.ConnectAsync(bundle, "/bin/shim", kept, shared: false, Token);
        await shim.CallAsync("Shutdown", new ShutdownRequest { Id = "one" }, Token);
    }

    [Fact]
    public void A_bundle_of_an_older_daemon_has_the_address_alone()
    {
        var bundle = new Bundle(Path.Combine(folder, "state"), Path.Combine(folder, "root"), "ns", "one");
        bundle.Create("{}"u8.ToArray(), "/bin/shim");
        Assert.Null(bundle.Endpoint());

        File.WriteAllText(Path.Combine(bundle.Path, "address"), "unix:///run/s");

        Assert.Equal(new ShimEndpoint(2, "unix:///run/s"), bundle.Endpoint());
    }
}
