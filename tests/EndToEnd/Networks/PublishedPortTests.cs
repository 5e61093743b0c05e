using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>Published ports are reached from everywhere that they should be, and tell the container who asks.</summary>
public sealed class PublishedPortTests : IClassFixture<NetworkedHost>, IDisposable
{
    private readonly NetworkedHost host;

    public PublishedPortTests(NetworkedHost host) => this.host = host;

    [Fact]
    public void A_neighbour_is_seen_with_its_own_address_in_both_families()
    {
        host.Docker("network", "create", "pub").Succeeds();
        host.Serve("web", "--network", "pub", "-p", "8081:80");
        Assert.EndsWith(" to " + NetworkedHost.NeighbourAddress, Short(NetworkedHost.Reach(host.OnNeighbour, NetworkedHost.HostAddress + ":8081")), StringComparison.Ordinal);
        Assert.Contains(NetworkedHost.NeighbourAddress6, NetworkedHost.Reach(host.OnNeighbour, $"[{NetworkedHost.HostAddress6}]:8081"), StringComparison.Ordinal);
        Assert.Contains("0.0.0.0:8081", host.Docker("port", "web").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_host_reaches_it_by_its_address_and_by_both_loopbacks()
    {
        host.Serve("web", "-p", "8082:80");
        Assert.NotEmpty(NetworkedHost.Reach(host.OnHost, NetworkedHost.HostAddress + ":8082"));
        Assert.NotEmpty(NetworkedHost.Ask(host.OnHost, "127.0.0.1:8082"));
        Assert.NotEmpty(NetworkedHost.Ask(host.OnHost, "[::1]:8082"));
    }

    [Fact]
    public void Containers_reach_it_through_the_hosts_address_itself_among_them()
    {
        host.Docker("network", "create", "one").Succeeds();
        host.Docker("network", "create", "two").Succeeds();
        host.Serve("web", "--network", "one", "-p", "8083:80");
        host.Docker("run", "-d", "--name", "same", "--network", "one", "busybox:latest", "sleep", "600").Succeeds();
        host.Docker("run", "-d", "--name", "other", "--network", "two", "busybox:latest", "sleep", "600").Succeeds();
        string address = NetworkedHost.HostAddress + ":8083";
        Assert.NotEmpty(NetworkedHost.Reach(command => host.In("same", command), address));
        Assert.NotEmpty(NetworkedHost.Ask(command => host.In("other", command), address));
        Assert.NotEmpty(NetworkedHost.Ask(command => host.In("web", command), address));
    }

    [Fact]
    public void A_host_address_is_the_only_one_that_answers()
    {
        host.Serve("web", "-p", "127.0.0.1:8084:80");
        Assert.NotEmpty(NetworkedHost.Reach(host.OnHost, "127.0.0.1:8084"));
        Assert.Empty(NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8084"));

        // A neighbour that has a route to the host's loopback.
        host.OnNeighbour("ip", "route", "add", "127.0.0.1/32", "via", NetworkedHost.HostAddress);
        host.OnNeighbour("ip", "address", "del", "127.0.0.1/8", "dev", "lo").Succeeds();
        Assert.Empty(NetworkedHost.Ask(host.OnNeighbour, "127.0.0.1:8084"));
        host.OnNeighbour("ip", "address", "add", "127.0.0.1/8", "dev", "lo").Succeeds();
    }

    [Fact]
    public void Random_ports_and_ranges_are_given_once_and_again_after_the_end()
    {
        host.Serve("any", "-p", "80");
        string given = host.Docker("port", "any", "80/tcp").Succeeds().Output.Split('\n')[0].Split(':')[^1];
        Assert.NotEmpty(NetworkedHost.Reach(host.OnNeighbour, $"{NetworkedHost.HostAddress}:{given}"));

        host.Serve("first", "-p", "8090-8091:80");
        host.Serve("second", "-p", "8090-8091:80");
        Assert.Contains("port is already allocated", host.Docker("run", "--rm", "-p", "8090-8091:80", "busybox:latest", "true").Error, StringComparison.Ordinal);
        Assert.NotEqual(NetworkedHost.Reach(host.OnNeighbour, NetworkedHost.HostAddress + ":8090"), NetworkedHost.Reach(host.OnNeighbour, NetworkedHost.HostAddress + ":8091"));
        host.Docker("rm", "-f", "first").Succeeds();
        host.Docker("run", "--rm", "-p", "8090:80", "busybox:latest", "true").Succeeds();
    }

    /// <summary>libnftables ends a process whose descriptors are past a thousand, unless it gets a low one.</summary>
    [Fact]
    public void A_thousand_ports_are_published_at_once()
    {
        host.Serve("many", "-p", "20000-20999:20000-20999", "-p", "8095:80");
        Assert.NotEmpty(NetworkedHost.Reach(host.OnNeighbour, NetworkedHost.HostAddress + ":8095"));
        host.Serve("after", "-p", "8096:80");
        Assert.NotEmpty(NetworkedHost.Reach(host.OnNeighbour, NetworkedHost.HostAddress + ":8096"));
    }

    [Fact]
    public void A_port_that_a_program_of_the_host_has_is_refused()
    {
        using System.Diagnostics.Process taken = Command.Start("ip", ["netns", "exec", host.HostName, "busybox", "nc", "-l", "-p", "8099"]);
        try
        {
            for (int tries = 0; !host.OnHost("ss", "-ltn").Output.Contains(":8099", StringComparison.Ordinal) && tries < 50; tries++)
            {
                Thread.Sleep(50);
            }

            Assert.Contains("address already in use", host.Docker("run", "--rm", "-p", "8099:80", "busybox:latest", "true").Error, StringComparison.Ordinal);
        }
        finally
        {
            taken.Kill();
            taken.WaitForExit();
        }
    }

    [Fact]
    public void Datagrams_arrive()
    {
        using var folder = new TemporaryDirectory();
        host.Docker("run", "-d", "--name", "sink", "-p", "8085:7/udp", "busybox:latest", "sleep", "1000").Succeeds();
        string process = host.Docker("inspect", "-f", "{{.State.Pid}}", "sink").Succeeds().Output.Trim();
        using System.Diagnostics.Process sink = Command.Start("nsenter", ["-t", process, "-n", "socat", "-u", "UDP4-RECV:7", $"CREATE:{folder["got"]}"]);
        try
        {
            for (int tries = 0; !File.Exists(folder["got"]) || !File.ReadAllText(folder["got"]).Contains("hello", StringComparison.Ordinal); tries++)
            {
                Assert.True(tries < 100, "nothing arrives");
                host.OnNeighbour("sh", "-c", $"echo hello | socat -u - UDP4-SENDTO:{NetworkedHost.HostAddress}:8085");
                Thread.Sleep(50);
            }
        }
        finally
        {
            sink.Kill();
            sink.WaitForExit();
        }
    }

    [Fact]
    public void Unpublished_ports_are_out_of_reach_of_who_has_a_route()
    {
        host.Docker("network", "create", "--subnet", "10.67.20.0/24", "shut").Succeeds();
        host.Docker("network", "create", "--subnet", "10.67.21.0/24", "-o", "com.docker.network.bridge.gateway_mode_ipv4=nat-unprotected", "open").Succeeds();
        host.Docker("network", "create", "--subnet", "10.67.22.0/24", "-o", "com.docker.network.bridge.gateway_mode_ipv4=routed", "routed").Succeeds();
        host.Serve("aa", "--network", "shut", "--ip", "10.67.20.9", "-p", "8086:80");
        host.Serve("bb", "--network", "open", "--ip", "10.67.21.9");
        host.Serve("cc", "--network", "routed", "--ip", "10.67.22.9", "-p", "80");
        host.Docker("run", "-d", "--network", "routed", "--ip", "10.67.22.10", "busybox:latest", "httpd", "-f", "-p", "80").Succeeds();
        host.OnNeighbour("ip", "route", "add", "10.67.0.0/16", "via", NetworkedHost.HostAddress).Succeeds();

        Assert.NotEmpty(NetworkedHost.Reach(host.OnNeighbour, NetworkedHost.HostAddress + ":8086"));
        Assert.Empty(NetworkedHost.Ask(host.OnNeighbour, "10.67.20.9"));
        Assert.NotEmpty(NetworkedHost.Reach(host.OnNeighbour, "10.67.21.9"));
        Assert.NotEmpty(NetworkedHost.Reach(host.OnNeighbour, "10.67.22.9"));
        Assert.NotEqual(0, host.OnNeighbour("busybox", "nc", "-w", "1", "-z", "10.67.22.10", "80").ExitCode);

        // Routed addresses stay as they are on the way out too.
        Assert.Equal(0, host.In("cc", "ping", "-c1", "-W3", NetworkedHost.NeighbourAddress).ExitCode);
    }

    public void Dispose()
    {
        string[] containers = host.Docker("ps", "-aq").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (containers.Length > 0)
        {
            host.Docker(["rm", "-f", .. containers]);
        }

        host.Docker("network", "prune", "-f");
        host.OnNeighbour("ip", "route", "flush", "via", NetworkedHost.HostAddress);
    }

    // httpd listens to both families on one socket.
    private static string Short(string answer) => answer.Replace("::ffff:", "", StringComparison.Ordinal).Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
}
