using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>Networks are made, connected to, and removed; what inspect says is what traffic shows.</summary>
public sealed class NetworkLifeTests : IClassFixture<NetworkedHost>, IDisposable
{
    private readonly NetworkedHost host;

    public NetworkLifeTests(NetworkedHost host) => this.host = host;

    [Fact]
    public void A_network_is_made_shown_and_removed()
    {
        string id = host.Docker("network", "create", "--label", "tier=back", "own").Succeeds().Output.Trim();
        Assert.Equal("bridge local true tier:back", host.Docker("network", "inspect", "-f", "{{.Driver}} {{.Scope}} {{.EnableIPv6}} {{range $k, $v := .Labels}}{{$k}}:{{$v}}{{end}}", "own").Succeeds().Output.Trim());
        Assert.Equal(id[..12], host.Docker("network", "ls", "-q", "--filter", "label=tier=back").Succeeds().Output.Trim());
        Assert.Contains("br-" + id[..12], host.OnHost("ip", "link").Output, StringComparison.Ordinal);

        Assert.Contains("network with name own already exists", host.Docker("network", "create", "own").Error, StringComparison.Ordinal);
        Assert.Contains("bridge is a pre-defined network and cannot be removed", host.Docker("network", "rm", "bridge").Error, StringComparison.Ordinal);
        Assert.Contains("operation is not permitted on predefined host network", host.Docker("network", "create", "host").Error, StringComparison.Ordinal);
        Assert.Contains("network nowhere not found", host.Docker("network", "inspect", "nowhere").Error, StringComparison.Ordinal);
        Assert.Contains("plugin \"nothing\" not found", host.Docker("network", "create", "-d", "nothing", "x").Error, StringComparison.Ordinal);
        string subnet = host.Docker("network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", "own").Succeeds().Output.Trim();
        Assert.Contains("Pool overlaps with other one on this address space", host.Docker("network", "create", "--subnet", subnet, "x").Error, StringComparison.Ordinal);

        host.Docker("run", "-d", "--name", "user", "--network", "own", "busybox:latest", "sleep", "600").Succeeds();
        Assert.Contains("has active endpoints (name:\"user\"", host.Docker("network", "rm", "own").Error, StringComparison.Ordinal);
        host.Docker("rm", "-f", "user").Succeeds();
        host.Docker("network", "rm", "own").Succeeds();
        Assert.DoesNotContain("br-" + id[..12], host.OnHost("ip", "link").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("br-" + id[..12], host.OnHost("nft", "list", "ruleset").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Prune_takes_only_what_no_container_is_to_be_connected_to()
    {
        host.Docker("network", "create", "kept").Succeeds();
        host.Docker("network", "create", "--label", "x=1", "gone").Succeeds();
        host.Docker("create", "--name", "stopped", "--network", "kept", "busybox:latest", "true").Succeeds();
        Assert.Equal("Deleted Networks:\ngone\n\n", host.Docker("network", "prune", "-f").Succeeds().Output);
        host.Docker("rm", "stopped").Succeeds();
        Assert.Contains("kept", host.Docker("network", "prune", "-f", "--filter", "label!=y").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_that_are_asked_for_are_those_that_answer()
    {
        host.Docker("network", "create", "--subnet", "10.67.5.0/24", "--ip-range", "10.67.5.128/25", "--gateway", "10.67.5.9", "--aux-address", "router=10.67.5.128", "--subnet", "fd77:5::/64", "fixed").Succeeds();
        host.Docker("run", "-d", "--name", "one", "--network", "fixed", "busybox:latest", "sleep", "600").Succeeds();
        host.Docker("run", "-d", "--name", "two", "--network", "fixed", "--ip", "10.67.5.77", "--ip6", "fd77:5::77", "--mac-address", "02:42:00:00:00:77", "busybox:latest", "sleep", "600").Succeeds();

        Assert.Equal("10.67.5.129", host.AddressOf("one", "fixed"));
        host.In("one", "ping", "-c1", "-W3", "10.67.5.77").Succeeds();
        host.In("one", "ping", "-c1", "-W3", "fd77:5::77").Succeeds();
        Assert.Contains("02:42:00:00:00:77", host.In("one", "arp", "-n", "10.67.5.77").Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default via 10.67.5.9", host.In("two", "ip", "route").Output, StringComparison.Ordinal);
        Assert.Contains("Address already in use", host.Docker("run", "--rm", "--network", "fixed", "--ip", "10.67.5.77", "busybox:latest", "true").Error, StringComparison.Ordinal);
        Assert.Contains("no configured subnet or ip-range contain the IP address 10.68.0.9", host.Docker("run", "--rm", "--network", "fixed", "--ip", "10.68.0.9", "busybox:latest", "true").Error, StringComparison.Ordinal);

        host.Docker("restart", "-t", "0", "two").Succeeds();
        Assert.Equal("10.67.5.77", host.AddressOf("two", "fixed"));
        host.In("one", "ping", "-c1", "-W3", "10.67.5.77").Succeeds();
    }

    [Fact]
    public void A_container_is_connected_and_disconnected_while_it_runs()
    {
        host.Docker("network", "create", "--subnet", "10.67.6.0/24", "front").Succeeds();
        host.Docker("network", "create", "--subnet", "10.67.7.0/24", "back").Succeeds();
        host.Docker("run", "-d", "--name", "web", "--network", "front", "busybox:latest", "sleep", "600").Succeeds();
        host.Docker("run", "-d", "--name", "db", "--network", "back", "busybox:latest", "sleep", "600").Succeeds();
        Assert.NotEqual(0, host.In("web", "ping", "-c1", "-W1", host.AddressOf("db", "back")).ExitCode);

        host.Docker("network", "connect", "--ip", "10.67.7.50", "back", "web").Succeeds();
        host.In("db", "ping", "-c1", "-W3", "10.67.7.50").Succeeds();
        Assert.Contains("endpoint with name web already exists in network back", host.Docker("network", "connect", "back", "web").Error, StringComparison.Ordinal);
        Assert.Contains("web", host.Docker("network", "inspect", "-f", "{{range .Containers}}{{.Name}} {{end}}", "back").Output, StringComparison.Ordinal);

        // "back" is the first by name, so it leads out; a priority overrules that.
        Assert.Contains("default via 10.67.7.1 ", host.In("web", "ip", "route").Output, StringComparison.Ordinal);
        host.Docker("network", "disconnect", "back", "web").Succeeds();
        Assert.Contains("default via 10.67.6.1 ", host.In("web", "ip", "route").Output, StringComparison.Ordinal);
        Assert.NotEqual(0, host.In("db", "ping", "-c1", "-W1", "10.67.7.50").ExitCode);
        host.Docker("network", "connect", "--gw-priority", "-5", "back", "web").Succeeds();
        Assert.Contains("default via 10.67.6.1 ", host.In("web", "ip", "route").Output, StringComparison.Ordinal);

        host.Docker("restart", "-t", "0", "web").Succeeds();
        host.In("web", "ping", "-c1", "-W3", host.AddressOf("db", "back")).Succeeds();
        Assert.Contains("default via 10.67.6.1 ", host.In("web", "ip", "route").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_the_link_are_in_the_container()
    {
        host.Docker("network", "create", "-o", "com.docker.network.driver.mtu=1400", "-o", "com.docker.network.bridge.name=wxbridge", "-o", "com.docker.network.container_iface_prefix=lan", "linked").Succeeds();
        Assert.Contains("mtu 1400", host.OnHost("ip", "link", "show", "wxbridge").Succeeds().Output, StringComparison.Ordinal);
        string shown = host.Docker("run", "--rm", "--network", "name=linked,driver-opt=com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.log_martians=1", "busybox:latest", "sh", "-c", "ip link show lan0; cat /proc/sys/net/ipv4/conf/lan0/log_martians").Succeeds().Output;
        Assert.Contains("mtu 1400", shown, StringComparison.Ordinal);
        Assert.EndsWith("1", shown.Trim(), StringComparison.Ordinal);
        Assert.Contains("wan7", host.Docker("run", "--rm", "--network", "name=linked,driver-opt=com.docker.network.endpoint.ifname=wan7", "busybox:latest", "ip", "link").Succeeds().Output, StringComparison.Ordinal);
    }

    /// <summary>The pool makes its threads from whichever thread asks: none may begin in a container's namespace.</summary>
    [Fact]
    public async Task No_thread_of_the_daemon_stays_in_a_containers_namespace()
    {
        host.Docker("network", "create", "busy").Succeeds();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Task.Run(() => host.Docker("run", "--rm", "--network", "busy", "busybox:latest", "true").Succeeds())));
        string own = new FileInfo($"/proc/{host.Engine.DaemonId}/ns/net").LinkTarget!;
        Assert.All(Directory.GetDirectories($"/proc/{host.Engine.DaemonId}/task"), thread => Assert.Equal(own, new FileInfo(thread + "/ns/net").LinkTarget));
    }

    [Fact]
    public void Events_tell_what_happens_to_networks()
    {
        string since = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        host.Docker("network", "create", "told").Succeeds();
        host.Docker("run", "-d", "--name", "who", "busybox:latest", "sleep", "600").Succeeds();
        host.Docker("network", "connect", "told", "who").Succeeds();
        host.Docker("network", "disconnect", "told", "who").Succeeds();
        host.Docker("network", "rm", "told").Succeeds();
        string until = DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        string events = host.Docker("events", "--since", since, "--until", until, "--filter", "type=network", "--filter", "network=told", "--format", "{{.Action}}").Succeeds().Output;
        Assert.Equal(["create", "connect", "disconnect", "destroy"], events.Split('\n', StringSplitOptions.RemoveEmptyEntries));
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
}
