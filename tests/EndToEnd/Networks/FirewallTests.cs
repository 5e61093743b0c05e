using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>The firewall beside the host's own, other engines' and administrators who flush it.</summary>
public sealed class FirewallTests : IDisposable
{
    private readonly NetworkedHost host = new();

    [Fact]
    public void A_forward_policy_of_drop_does_not_stop_our_bridges_and_the_hosts_rules_come_first()
    {
        host.Docker("network", "create", "before").Succeeds();
        host.Serve("web", "--network", "before", "-p", "8081:80");
        host.OnHost("nft", "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }; add rule ip filter FORWARD meta l4proto tcp ct original proto-dst 8082 drop").Succeeds();
        Eventually(() => host.In("web", "ping", "-c1", "-W1", NetworkedHost.NeighbourAddress).ExitCode == 0);
        Assert.NotEmpty(NetworkedHost.Reach(host.OnNeighbour, NetworkedHost.HostAddress + ":8081"));

        host.Docker("network", "create", "after").Succeeds();
        host.Serve("denied", "--network", "after", "-p", "8082:80");
        host.In("denied", "ping", "-c1", "-W3", NetworkedHost.NeighbourAddress).Succeeds();
        Assert.Empty(NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8082"));

        host.Docker("rm", "-f", "web", "denied").Succeeds();
        host.Docker("network", "rm", "before", "after").Succeeds();
        Assert.DoesNotContain("br-", host.OnHost("nft", "list", "chain", "ip", "filter", "FORWARD").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_administrators_chain_denies_a_published_port_and_outlives_restart_and_mending()
    {
        host.Serve("web", "-p", "8081:80", "-p", "8083:80");
        Assert.NotEmpty(NetworkedHost.Reach(host.OnNeighbour, NetworkedHost.HostAddress + ":8081"));
        host.OnHost("nft", "add", "rule", "inet", host.Engine.FirewallTable, "host", "tcp", "dport", "8081", "drop").Succeeds();
        Assert.Empty(NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8081"));
        Assert.NotEmpty(NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8083"));

        host.Engine.KillDaemon();
        Assert.NotEmpty(NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8083"));
        host.Engine.StartDaemon();
        Assert.Empty(NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8081"));
        Assert.NotEmpty(NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8083"));
        Assert.Contains("dport 8081 drop", host.OnHost("nft", "list", "chain", "inet", host.Engine.FirewallTable, "host").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flushed_ruleset_is_noticed_and_mended()
    {
        host.Serve("web", "-p", "8081:80");
        Assert.NotEmpty(NetworkedHost.Reach(host.OnNeighbour, NetworkedHost.HostAddress + ":8081"));
        host.OnHost("nft", "flush", "ruleset").Succeeds();
        Eventually(() => NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8081").Length > 0);
        Eventually(() => host.In("web", "ping", "-c1", "-W1", NetworkedHost.NeighbourAddress).ExitCode == 0);

        host.OnHost("nft", "flush", "chain", "inet", host.Engine.FirewallTable, "forward").Succeeds();
        Eventually(() => host.OnHost("nft", "list", "chain", "inet", host.Engine.FirewallTable, "forward").Output.Contains("vmap @to", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_firewall_the_forwarder_carries_published_ports()
    {
        using var bare = new NetworkedHost(["--iptables=false"]);
        bare.Serve("web", "-p", "8081:80");
        Assert.NotEmpty(NetworkedHost.Reach(bare.OnNeighbour, NetworkedHost.HostAddress + ":8081"));
        Assert.NotEmpty(NetworkedHost.Ask(bare.OnHost, "127.0.0.1:8081"));
        Assert.DoesNotContain(bare.Engine.FirewallTable, bare.OnHost("nft", "list", "tables").Output, StringComparison.Ordinal);
    }

    public void Dispose() => host.Dispose();

    private static void Eventually(Func<bool> done)
    {
        for (int tries = 0; !done(); tries++)
        {
            Assert.True(tries < 20, "it does not happen");
            Thread.Sleep(50);
        }
    }
}
