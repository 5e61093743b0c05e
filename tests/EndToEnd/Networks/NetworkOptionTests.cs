using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>Options of networks and ends, each shown by what passes: a server of the neighbour's tells which address asks.</summary>
public sealed class NetworkOptionTests : IClassFixture<NetworkedHost>, IDisposable
{
    private const string Bridge = "com.docker.network.bridge.";
    private readonly NetworkedHost host;
    private readonly TemporaryDirectory folder = new();
    private readonly Process server;

    public NetworkOptionTests(NetworkedHost host)
    {
        this.host = host;
        Directory.CreateDirectory(folder["cgi-bin"]);
        File.WriteAllText(folder["cgi-bin/a"], "#!/bin/sh\necho; echo \"$REMOTE_ADDR\"\n");
        File.SetUnixFileMode(folder["cgi-bin/a"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        server = Command.Start("ip", ["netns", "exec", host.NeighbourName, "busybox", "httpd", "-f", "-p", "80", "-h", folder.Path]);
    }

    [Fact]
    public void In_isolated_mode_the_host_is_no_part_of_the_network()
    {
        host.Docker("network", "create", "--internal", "--subnet", "10.68.1.0/24", "-o", Bridge + "gateway_mode_ipv4=isolated", "-o", Bridge + "gateway_mode_ipv6=isolated", "shut").Succeeds();
        Sleep("aa", "shut");
        Sleep("bb", "shut");
        Assert.Equal(0, Ping("aa", "bb"));
        Assert.NotEqual(0, Ping("aa", host.Docker("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "shut").Succeeds().Output.Trim()));
        Assert.NotEqual(0, host.OnHost("busybox", "ping", "-c1", "-W1", host.AddressOf("aa", "shut")).ExitCode);
        Assert.Contains("gateway mode 'isolated' can only be used for an internal network", host.Docker("network", "create", "-o", Bridge + "gateway_mode_ipv4=isolated", "x").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_that_name_no_address_are_at_the_networks_binding()
    {
        host.Docker("network", "create", "-o", Bridge + "host_binding_ipv4=127.0.0.1", "home").Succeeds();
        host.Serve("web", "--network", "home", "-p", "8181:80", "-p", NetworkedHost.HostAddress + ":8182:80");
        Assert.NotEmpty(NetworkedHost.Reach(host.OnHost, "127.0.0.1:8181"));
        Assert.NotEmpty(NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8182"));
        Assert.Empty(NetworkedHost.Ask(host.OnNeighbour, NetworkedHost.HostAddress + ":8181"));
        Assert.Empty(NetworkedHost.Ask(host.OnNeighbour, $"[{NetworkedHost.HostAddress6}]:8181"));
    }

    [Fact]
    public void Addresses_are_translated_or_not_as_the_network_says()
    {
        host.Docker("network", "create", "--subnet", "10.68.2.0/24", "usual").Succeeds();
        host.Docker("network", "create", "--subnet", "10.68.3.0/24", "-o", Bridge + "enable_ip_masquerade=false", "plain").Succeeds();
        host.OnHost("ip", "address", "add", "198.51.100.33/24", "dev", "up0").Succeeds();
        host.Docker("network", "create", "-o", "com.docker.network.host_ipv4=198.51.100.33", "chosen").Succeeds();
        Sleep("aa", "usual");
        Sleep("bb", "plain");
        Sleep("cc", "chosen");
        Assert.Equal(NetworkedHost.HostAddress, Seen("aa"));
        Assert.Equal(NetworkedHost.HostAddress6, Seen("aa", $"[{NetworkedHost.NeighbourAddress6}]"));
        Assert.Equal("198.51.100.33", Seen("cc"));
        Assert.Empty(Seen("bb"));
        host.OnNeighbour("ip", "route", "add", "10.68.3.0/24", "via", NetworkedHost.HostAddress).Succeeds();
        Assert.Equal(host.AddressOf("bb", "plain"), Seen("bb"));
    }

    /// <summary>Each network leaves the host by an address of its own, so the neighbour sees which one a packet came through.</summary>
    [Fact]
    public void Packets_leave_by_the_network_of_the_highest_priority()
    {
        foreach (int number in new[] { 1, 2, 3 })
        {
            host.OnHost("ip", "address", "add", $"198.51.100.4{number}/24", "dev", "up0").Succeeds();
            host.Docker("network", "create", "-o", $"com.docker.network.host_ipv4=198.51.100.4{number}", $"way{number}").Succeeds();
        }

        host.Docker("run", "-d", "--name", "aa", "--network", "name=way1,gw-priority=1", "--network", "name=way2,gw-priority=5", "busybox:latest", "sleep", "600").Succeeds();
        Assert.Equal("198.51.100.42", Seen("aa"));
        host.Docker("network", "connect", "--gw-priority", "9", "way3", "aa").Succeeds();
        Assert.Equal("198.51.100.43", Seen("aa"));
        host.Docker("network", "disconnect", "way3", "aa").Succeeds();
        Assert.Equal("198.51.100.42", Seen("aa"));
        host.Docker("network", "disconnect", "way2", "aa").Succeeds();
        Assert.Equal("198.51.100.41", Seen("aa"));
    }

    [Fact]
    public void A_packet_larger_than_the_networks_is_cut()
    {
        host.Docker("network", "create", "-o", "com.docker.network.driver.mtu=1400", "small").Succeeds();
        Sleep("aa", "small");
        Assert.Equal(0, Cuts("1372"));
        Assert.Equal(2, Cuts("1373"));

        int Cuts(string size)
        {
            string[] before = Counters();
            host.In("aa", "ping", "-c1", "-W3", "-s", size, NetworkedHost.NeighbourAddress).Succeeds();
            return Counters().Zip(before).Sum(pair => int.Parse(pair.First, System.Globalization.CultureInfo.InvariantCulture) - int.Parse(pair.Second, System.Globalization.CultureInfo.InvariantCulture));
        }

        string[] Counters()
        {
            string[][] lines = [.. host.In("aa", "grep", "^Ip:", "/proc/net/snmp").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
            return [lines[1][Array.IndexOf(lines[0], "FragCreates")]];
        }
    }

    [Fact]
    public void Networks_have_ipv6_of_one_prefix_that_is_chosen_once()
    {
        host.Docker("network", "create", "one").Succeeds();
        host.Engine.KillDaemon();
        host.Engine.StartDaemon();
        host.Docker("network", "create", "two").Succeeds();
        Sleep("aa", "one");
        Sleep("bb", "two");
        string one = host.AddressOf("aa", "one", "GlobalIPv6Address");
        string two = host.AddressOf("bb", "two", "GlobalIPv6Address");
        Assert.StartsWith("fd", one, StringComparison.Ordinal);
        Assert.Equal(Prefix(one), Prefix(two));
        Assert.Equal(0, Ping("aa", NetworkedHost.NeighbourAddress6));

        static string Prefix(string address) => Convert.ToHexString(System.Net.IPAddress.Parse(address).GetAddressBytes(), 0, 6);
    }

    public void Dispose()
    {
        string[] containers = host.Docker("ps", "-aq").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (containers.Length > 0)
        {
            host.Docker(["rm", "-f", .. containers]);
        }

        host.Docker("network", "prune", "-f");
        foreach (string last in new[] { "33", "41", "42", "43" })
        {
            host.OnHost("ip", "address", "del", $"198.51.100.{last}/24", "dev", "up0");
        }

        host.OnNeighbour("ip", "route", "flush", "via", NetworkedHost.HostAddress);
        server.Kill();
        server.WaitForExit();
        server.Dispose();
        folder.Dispose();
    }

    /// <summary>The address that the neighbour sees a container with; empty when it gets no answer back.</summary>
    private string Seen(string container, string address = "198.51.100.2") =>
        NetworkedHost.Ask(command => host.In(container, command[1..]), address).Replace("::ffff:", "", StringComparison.Ordinal).Trim('[', ']');

    private void Sleep(string name, string network) => host.Docker("run", "-d", "--name", name, "--network", network, "busybox:latest", "sleep", "600").Succeeds();

    private int Ping(string from, string address) => host.In(from, "ping", "-c1", "-W1", address).ExitCode;
}
