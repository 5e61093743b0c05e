using System.Globalization;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>A network driver that is another program, by docker's plugin protocol: a small one that makes pairs on a bridge of its own.</summary>
public sealed class PluginTests : IDisposable
{
    private readonly NetworkedHost host = new();
    private readonly string name = string.Create(CultureInfo.InvariantCulture, $"wharftest{Environment.ProcessId}");
    private readonly ScriptedPlugin plugin;

    public PluginTests()
    {
        plugin = new ScriptedPlugin(name, Answer);
        host.OnHost("ip", "link", "add", "plug0", "type", "bridge").Succeeds();
        host.OnHost("ip", "address", "add", "10.69.0.1/24", "dev", "plug0").Succeeds();
        host.OnHost("ip", "link", "set", "plug0", "up").Succeeds();
    }

    [Fact]
    public void A_plugins_network_carries_traffic_and_hears_of_every_end()
    {
        host.Docker("network", "create", "-d", name, "--subnet", "10.69.0.0/24", "--gateway", "10.69.0.1", "-o", "key=value", "theirs").Succeeds();
        host.Docker("run", "-d", "--name", "aa", "--network", "theirs", "busybox:latest", "sleep", "600").Succeeds();
        host.Docker("run", "--rm", "--network", "theirs", "busybox:latest", "ping", "-c1", "-W3", "aa").Succeeds();
        host.In("aa", "ping", "-c1", "-W3", "10.69.0.1").Succeeds();
        host.Docker("network", "disconnect", "theirs", "aa").Succeeds();
        host.Docker("rm", "-f", "aa").Succeeds();
        host.Docker("network", "rm", "theirs").Succeeds();
        IReadOnlyList<string> calls = plugin.Called;
        Assert.Contains("Plugin.Activate", calls);
        Assert.Contains("NetworkDriver.DeleteNetwork", calls);
        Assert.Equal(calls.Count(one => one == "NetworkDriver.Join"), calls.Count(one => one == "NetworkDriver.Leave"));
    }

    public void Dispose()
    {
        plugin.Dispose();
        host.Dispose();
    }

    private string Answer(string method, JsonElement request)
    {
        string link = request.TryGetProperty("EndpointID", out JsonElement id) ? "pl" + id.GetString()![..10] : "";
        switch (method)
        {
            case "Plugin.Activate":
                return "{\"Implements\":[\"NetworkDriver\"]}";
            case "NetworkDriver.CreateEndpoint":
                host.OnHost("ip", "link", "add", link, "type", "veth", "peer", "name", link + "c").Succeeds();
                host.OnHost("ip", "link", "set", link, "master", "plug0", "up").Succeeds();
                return "{\"Interface\":{}}";
            case "NetworkDriver.Join":
                return $$"""{"InterfaceName":{"SrcName":"{{link}}c","DstPrefix":"eth"},"Gateway":"10.69.0.1"}""";
            default:
                return "{}";
        }
    }
}
