using Wharf.Daemon.Networks;
using Xunit;

namespace Wharf.Daemon.Tests.Networks;

public sealed class NetworkTableTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("wharf-networks-");

    [Fact]
    public void Ids_and_the_bridges_address_last_even_while_the_bridge_is_off()
    {
        var first = new NetworkTable(root.FullName, hasBridge: true);
        first.KeepAddress("172.17.0.1/16");
        Assert.Equal(["host", "none"], new NetworkTable(root.FullName, hasBridge: false).All.Select(one => one.Name));
        Assert.Equal(first.All, new NetworkTable(root.FullName, hasBridge: true).All);
        Assert.Equal("172.17.0.1/16", first.ByName("bridge")?.Address);
    }

    [Fact]
    public void A_network_is_found_by_name_id_and_beginning_of_the_id()
    {
        var networks = new NetworkTable(root.FullName, hasBridge: true);
        KnownNetwork host = networks.Find("host");
        Assert.Same(host, networks.Find(host.Id));
        Assert.Same(host, networks.Find(host.Id[..24]));
        Assert.Equal("network nothere not found", Assert.Throws<EngineException>(() => networks.Find("nothere")).Message);
        Assert.Null(networks.TryFind(""));
    }

    [Fact]
    public void A_file_that_is_no_document_is_an_error_with_its_name()
    {
        File.WriteAllText(Path.Combine(root.FullName, "networks.json"), "{");
        Assert.Contains("networks.json", Assert.Throws<EngineException>(() => new NetworkTable(root.FullName, hasBridge: true)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => root.Delete(recursive: true);
}
