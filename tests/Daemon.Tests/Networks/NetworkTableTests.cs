using Wharf.Daemon.Networks;
using Xunit;

namespace Wharf.Daemon.Tests.Networks;

public sealed class NetworkTableTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("wharf-networks-");

    [Fact]
    public void Networks_last_and_the_default_one_while_it_is_off()
    {
        var first = new NetworkTable(root.FullName, hasBridge: true);
        first.Add(new KnownNetwork(new NetworkRecord { Name = "own", Id = NetworkTable.NewId(), Driver = "bridge", Created = DateTimeOffset.UtcNow, Ranges = [new() { Subnet = "10.9.0.0/24", Gateway = "10.9.0.1" }] }));
        Assert.Equal(["host", "none", "own"], new NetworkTable(root.FullName, hasBridge: false).All.Select(one => one.Name));

        var second = new NetworkTable(root.FullName, hasBridge: true);
        Assert.Equal(first.All.Select(one => one.Id), second.All.Select(one => one.Id));
        Assert.Equal("10.9.0.2", second.Find("own").Pools[0].Take().ToString());
        second.Remove(second.Find("own"));
        Assert.Null(new NetworkTable(root.FullName, hasBridge: true).TryFind("own"));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        var networks = new NetworkTable(root.FullName, hasBridge: true);
        Assert.Equal("network with name host already exists", Assert.Throws<EngineException>(() => networks.Add(new KnownNetwork(new NetworkRecord { Name = "host", Id = NetworkTable.NewId() }))).Message);
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
        Directory.CreateDirectory(Path.Combine(root.FullName, "networks"));
        File.WriteAllText(Path.Combine(root.FullName, "networks", "x.json"), "{");
        Assert.Contains("x.json", Assert.Throws<EngineException>(() => new NetworkTable(root.FullName, hasBridge: true)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => root.Delete(recursive: true);
}
