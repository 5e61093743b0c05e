using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>Names that are nobody's in the engine: whom a container's question goes to, and what comes back.</summary>
public sealed class UpstreamTests : IClassFixture<NetworkedHost>, IDisposable
{
    // Nobody has it: who is asked there never answers.
    private const string Dead = "198.51.100.77";
    private readonly NetworkedHost host;
    private readonly NameServer server;

    public UpstreamTests(NetworkedHost host)
    {
        this.host = host;
        server = new NameServer(host.NeighbourName, NetworkedHost.NeighbourAddress, NetworkedHost.NeighbourAddress6);
    }

    [Fact]
    public void Every_type_passes_and_what_is_known_is_not_asked_again()
    {
        Start("app", [NetworkedHost.NeighbourAddress]);
        Assert.Contains("192.0.2.1", Look("www.example", "a"), StringComparison.Ordinal);
        Assert.Contains("2001:db8::1", Look("www.example", "aaaa"), StringComparison.Ordinal);
        Assert.Contains("4242", Look("_http._tcp.example", "srv"), StringComparison.Ordinal);
        Assert.Contains("far.example", Look("1.2.0.192.in-addr.arpa", "ptr"), StringComparison.Ordinal);
        Assert.Contains("NXDOMAIN", Look("www.nowhere", "a"), StringComparison.Ordinal);

        // Its own names do not leave.
        Assert.Contains(host.AddressOf("app", "app"), Look("app", "a"), StringComparison.Ordinal);
        Assert.DoesNotContain(server.Asked, line => line.StartsWith("app ", StringComparison.Ordinal));

        Look("www.example", "a");
        Look("WWW.example", "a");
        Assert.Single(server.Asked, "www.example 1");
    }

    /// <summary>docker asks one after the other, and gives up before the last.</summary>
    [Fact]
    public void Servers_that_are_silent_delay_nothing_however_many_come_first()
    {
        Start("app", [Dead, "203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4", "203.0.113.5", NetworkedHost.NeighbourAddress]);
        Assert.Contains("192.0.2.1", host.In("app", "timeout", "2", "nslookup", "-type=a", "late.example").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_is_asked_by_ipv6_by_a_container_that_has_it_and_by_the_host_for_one_that_has_not()
    {
        Start("app", [NetworkedHost.NeighbourAddress6]);
        Assert.Contains("192.0.2.1", Look("six.example", "a"), StringComparison.Ordinal);
        host.Docker("rm", "-f", "app").Succeeds();
        host.Docker("network", "rm", "app").Succeeds();
        Start("app", [NetworkedHost.NeighbourAddress6], "--ipv6=false");
        Assert.Contains("192.0.2.1", Look("four.example", "a"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_on_the_hosts_loopback_is_asked_from_the_host()
    {
        using var local = new NameServer(host.HostName, "127.0.0.9");
        Start("app", ["127.0.0.9"]);
        Assert.Contains("192.0.2.1", Look("local.example", "a"), StringComparison.Ordinal);
        Assert.Contains("local.example 1", local.Asked);
    }

    [Fact]
    public void Search_domains_and_options_are_the_containers()
    {
        host.Docker("network", "create", "app").Succeeds();
        host.Docker("run", "-d", "--name", "app", "--network", "app", "--dns", NetworkedHost.NeighbourAddress, "--dns-search", "deep.example", "--dns-option", "ndots:2", "busybox:latest", "sleep", "600").Succeeds();
        host.In("app", "ping", "-c1", "-W1", "www");
        Assert.Contains(server.Asked, line => line.StartsWith("www.deep.example ", StringComparison.Ordinal));
        Assert.Contains("options ndots:2", host.In("app", "cat", "/etc/resolv.conf").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_internal_network_asks_nobody_until_another_network_leads_out()
    {
        Start("app", [NetworkedHost.NeighbourAddress], "--internal");
        Assert.Contains("SERVFAIL", Look("leak.example", "a"), StringComparison.Ordinal);
        Assert.Empty(server.Asked);
        host.Docker("network", "create", "out").Succeeds();
        host.Docker("network", "connect", "out", "app").Succeeds();
        Assert.Contains("192.0.2.1", Look("leak.example", "a"), StringComparison.Ordinal);
        host.Docker("network", "disconnect", "out", "app").Succeeds();
        Assert.Contains("SERVFAIL", Look("other.example", "a"), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        string[] containers = host.Docker("ps", "-aq").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (containers.Length > 0)
        {
            host.Docker(["rm", "-f", .. containers]);
        }

        host.Docker("network", "prune", "-f");
        server.Dispose();
    }

    private void Start(string network, string[] servers, params string[] options)
    {
        host.Docker(["network", "create", .. options, network]).Succeeds();
        host.Docker(["run", "-d", "--name", "app", "--network", network, .. servers.SelectMany(one => new[] { "--dns", one }), "busybox:latest", "sleep", "600"]).Succeeds();
    }

    private string Look(string name, string type)
    {
        Command answer = host.In("app", "nslookup", "-type=" + type, name);
        return answer.Output + answer.Error;
    }
}
