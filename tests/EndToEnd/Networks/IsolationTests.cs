using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>What networks keep apart: shown by what does not pass, beside what does.</summary>
public sealed class IsolationTests : IClassFixture<NetworkedHost>, IDisposable
{
    private readonly NetworkedHost host;

    public IsolationTests(NetworkedHost host) => this.host = host;

    [Fact]
    public void Two_networks_do_not_reach_each_other()
    {
        host.Docker("network", "create", "left").Succeeds();
        host.Docker("network", "create", "right").Succeeds();
        Sleep("aa", "left");
        Sleep("bb", "right");
        Assert.NotEqual(0, Ping("aa", host.AddressOf("bb", "right")));
        Assert.NotEqual(0, Ping("aa", host.AddressOf("bb", "right", "GlobalIPv6Address")));
        Assert.Equal(0, Ping("aa", NetworkedHost.NeighbourAddress));
    }

    [Fact]
    public void Without_talk_containers_reach_the_outside_only()
    {
        host.Docker("network", "create", "-o", "com.docker.network.bridge.enable_icc=false", "mute").Succeeds();
        Sleep("aa", "mute");
        Sleep("bb", "mute");
        Assert.NotEqual(0, Ping("aa", host.AddressOf("bb", "mute")));
        Assert.NotEqual(0, Ping("aa", host.AddressOf("bb", "mute", "GlobalIPv6Address")));
        Assert.Equal(0, Ping("aa", NetworkedHost.NeighbourAddress));
    }

    /// <summary>CVE-2024-29018.</summary>
    [Fact]
    public void Cve_2024_29018_nothing_of_an_internal_network_leaves_neither_packets_nor_questions()
    {
        host.Docker("network", "create", "--internal", "inside").Succeeds();
        Sleep("aa", "inside");
        Sleep("bb", "inside");
        Assert.Equal(0, Ping("aa", "bb"));
        Assert.NotEqual(0, Ping("aa", NetworkedHost.NeighbourAddress));

        // Not even for who makes a route of its own.
        host.Docker("run", "-d", "--name", "cc", "--network", "inside", "--cap-add", "NET_ADMIN", "--dns", NetworkedHost.NeighbourAddress, "busybox:latest", "sleep", "600").Succeeds();
        string gateway = host.Docker("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "inside").Succeeds().Output.Trim();
        host.In("cc", "ip", "route", "add", "default", "via", gateway).Succeeds();
        Assert.NotEqual(0, Ping("cc", NetworkedHost.NeighbourAddress));

        using System.Diagnostics.Process server = Command.Start("ip", ["netns", "exec", host.NeighbourName, "busybox", "nc", "-u", "-l", "-p", "53"]);
        try
        {
            Assert.Contains("SERVFAIL", host.In("cc", "nslookup", "leak.example").Output, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            Assert.Empty(server.StandardOutput.ReadToEnd());
            server.WaitForExit();
        }
    }

    /// <summary>CVE-2024-32473.</summary>
    [Fact]
    public void Cve_2024_32473_a_network_without_ipv6_has_none_not_even_link_local()
    {
        host.Docker("network", "create", "--ipv6=false", "four").Succeeds();
        Sleep("aa", "four");
        Assert.DoesNotContain("inet6", host.In("aa", "ip", "address", "show", "eth0").Succeeds().Output, StringComparison.Ordinal);
        string bridge = "br-" + host.Docker("network", "inspect", "-f", "{{.Id}}", "four").Succeeds().Output.Trim()[..12];
        Assert.DoesNotContain("inet6", host.OnHost("ip", "address", "show", bridge).Succeeds().Output, StringComparison.Ordinal);
    }

    /// <summary>CVE-2020-13401: a neighbour on the bridge announces itself as a router.</summary>
    [Fact]
    public void Cve_2020_13401_announcements_of_routers_are_not_heard()
    {
        host.Docker("network", "create", "six").Succeeds();
        Sleep("aa", "six");
        string bridge = "br-" + host.Docker("network", "inspect", "-f", "{{.Id}}", "six").Succeeds().Output.Trim()[..12];
        Assert.Equal("0", host.OnHost("cat", $"/proc/sys/net/ipv6/conf/{bridge}/accept_ra").Succeeds().Output.Trim());
        Assert.Equal("0", host.In("aa", "cat", "/proc/sys/net/ipv6/conf/eth0/accept_ra").Succeeds().Output.Trim());
    }

    [Fact]
    public void The_hosts_loopback_is_no_part_of_a_network()
    {
        host.Docker("network", "create", "near").Succeeds();
        host.Docker("run", "-d", "--name", "aa", "--network", "near", "--cap-add", "NET_ADMIN", "busybox:latest", "sleep", "600").Succeeds();
        string gateway = host.Docker("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "near").Succeeds().Output.Trim();
        using System.Diagnostics.Process server = Command.Start("ip", ["netns", "exec", host.HostName, "busybox", "nc", "-l", "-s", "127.0.0.1", "-p", "9191"]);
        try
        {
            host.In("aa", "ip", "address", "del", "127.0.0.1/8", "dev", "lo").Succeeds();
            host.In("aa", "ip", "route", "add", "127.0.0.1/32", "via", gateway).Succeeds();
            Assert.NotEqual(0, host.In("aa", "nc", "-w", "1", "-z", "127.0.0.1", "9191").ExitCode);
        }
        finally
        {
            server.Kill();
            server.WaitForExit();
        }
    }

    public void Dispose()
    {
        string[] containers = host.Docker("ps", "-aq").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (containers.Length > 0)
        {
            host.Docker(["rm", "-f", .. containers]);
        }

        host.Docker("network", "prune", "-f");
    }

    private void Sleep(string name, string network) => host.Docker("run", "-d", "--name", name, "--network", network, "busybox:latest", "sleep", "600").Succeeds();

    private int Ping(string from, string address) => host.In(from, "ping", "-c1", "-W1", address).ExitCode;
}
