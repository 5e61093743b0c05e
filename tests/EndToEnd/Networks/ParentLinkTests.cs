using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>
/// Containers with links of their own over one of the host's, which ends at a switch of the neighbour's: what passes between them, to
/// the switch and to the host is what the mode says.
/// </summary>
public sealed class ParentLinkTests : IClassFixture<NetworkedHost>, IDisposable
{
    private const string Beyond = "192.0.2.9";
    private static int count;
    private readonly NetworkedHost host;
    private readonly int number = Interlocked.Increment(ref count);

    public ParentLinkTests(NetworkedHost host) => this.host = host;

    private string Parent => $"par{number}";

    private string Subnet => $"10.70.{number}.0/24";

    private string Switch => Address(1);

    [Fact]
    public void In_bridge_mode_containers_reach_each_other_and_the_network_of_the_parent_under_their_own_addresses()
    {
        Plug();
        host.Docker("network", "create", "-d", "macvlan", "-o", "parent=" + Parent, "--subnet", Subnet, "--ip-range", $"10.70.{number}.64/26", "--gateway", Switch, "--aux-address", $"printer={Address(64)}", "lan").Succeeds();
        Sleep("aa", "lan");
        Sleep("bb", "lan", "--ip", Address(200), "--mac-address", "02:42:00:00:07:00");
        Assert.Equal(Address(65), host.AddressOf("aa", "lan"));
        Assert.True(Reaches("aa", "bb"));
        Assert.True(Reaches("aa", Switch));
        Assert.True(Reaches("aa", Beyond));
        Assert.Equal(0, host.OnNeighbour("busybox", "ping", "-c1", "-W3", Address(200)).ExitCode);
        Assert.Contains("02:42:00:00:07:00", host.OnNeighbour("ip", "neighbour", "show", Address(200)).Output, StringComparison.OrdinalIgnoreCase);

        // The host has no part in it: no address, no route, and its own link does not answer them.
        Assert.DoesNotContain("10.70.", host.OnHost("ip", "address").Output + host.OnHost("ip", "route").Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Parent, host.OnHost("nft", "list", "table", "inet", host.Engine.FirewallTable).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_container_is_connected_beside_its_bridge_and_its_link_outlives_the_daemon()
    {
        Plug();
        host.Docker("network", "create", "-d", "macvlan", "-o", "parent=" + Parent, "--subnet", Subnet, "--gateway", Switch, "zlan").Succeeds();
        host.Docker("network", "create", "near").Succeeds();
        Sleep("aa", "near");
        host.Docker("network", "connect", "--ip", Address(77), "zlan", "aa").Succeeds();
        Assert.True(Reaches("aa", Switch));
        Assert.True(Reaches("aa", NetworkedHost.NeighbourAddress));
        host.Engine.KillDaemon();
        Assert.Equal(0, host.OnNeighbour("busybox", "ping", "-c1", "-W3", Address(77)).ExitCode);
        host.Engine.StartDaemon();
        Assert.Contains("Address already in use", host.Docker("run", "--rm", "--network", "zlan", "--ip", Address(77), "busybox:latest", "true").Error, StringComparison.Ordinal);
        host.Docker("network", "disconnect", "zlan", "aa").Succeeds();
        Assert.NotEqual(0, host.OnNeighbour("busybox", "ping", "-c1", "-W1", Address(77)).ExitCode);
        Assert.True(Reaches("aa", NetworkedHost.NeighbourAddress));
    }

    [Theory]
    [InlineData("vepa", true)]
    [InlineData("private", false)]
    public void Other_modes_leave_it_to_the_switch_whether_containers_reach_each_other_or_forbid_it(string mode, bool reflected)
    {
        Plug();
        host.Docker("network", "create", "-d", "macvlan", "-o", "parent=" + Parent, "-o", "macvlan_mode=" + mode, "--subnet", Subnet, "--gateway", Switch, "modes").Succeeds();
        Sleep("aa", "modes");
        Sleep("bb", "modes");
        Assert.True(Reaches("aa", Switch));
        Assert.NotEqual(0, Ping("aa", host.AddressOf("bb", "modes")));
        host.OnNeighbour("ip", "link", "set", Parent, "type", "bridge_slave", "hairpin", "on").Succeeds();
        Assert.Equal(reflected, Reaches("aa", host.AddressOf("bb", "modes")));
    }

    [Fact]
    public void In_passthru_mode_one_container_has_the_whole_link()
    {
        Plug();
        host.Docker("network", "create", "-d", "macvlan", "-o", "parent=" + Parent, "-o", "macvlan_mode=passthru", "--subnet", Subnet, "--gateway", Switch, "whole").Succeeds();
        Sleep("aa", "whole");
        Assert.True(Reaches("aa", Switch));
        string inside = host.In("aa", "cat", "/sys/class/net/eth0/address").Succeeds().Output;
        Assert.Equal(inside, host.OnHost("cat", $"/sys/class/net/{Parent}/address").Succeeds().Output);
        Assert.Contains("create macvlan \"eth0\": invalid argument", host.Docker("run", "--rm", "--network", "whole", "busybox:latest", "true").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_parent_containers_reach_each_other_and_nothing_else()
    {
        string id = host.Docker("network", "create", "-d", "macvlan", "--subnet", Subnet, "alone").Succeeds().Output.Trim();
        Assert.Equal("true", host.Docker("network", "inspect", "-f", "{{.Internal}}", "alone").Succeeds().Output.Trim());
        Sleep("aa", "alone");
        Sleep("bb", "alone");
        host.Engine.KillDaemon();
        host.Engine.StartDaemon();
        Assert.True(Reaches("aa", "bb"));
        Assert.NotEqual(0, Ping("aa", NetworkedHost.HostAddress));
        Assert.DoesNotContain("default", host.In("aa", "ip", "route").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("SERVFAIL", host.In("aa", "nslookup", "leak.example").Output, StringComparison.Ordinal);
        host.Docker("rm", "-f", "aa", "bb").Succeeds();
        Assert.Contains("dm-" + id[..12], host.OnHost("ip", "link").Output, StringComparison.Ordinal);
        host.Docker("network", "rm", "alone").Succeeds();
        Assert.DoesNotContain("dm-" + id[..12], host.OnHost("ip", "link").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vlan_of_the_parent_is_made_and_taken_away_with_the_network()
    {
        Plug();
        string vlan = Parent + ".10";
        Command made = host.Docker("network", "create", "-d", "macvlan", "-o", "parent=" + vlan, "--subnet", $"10.71.{number}.0/24", "--gateway", $"10.71.{number}.1", "tagged");
        if (host.OnNeighbour("ip", "link", "add", "link", "sw" + Parent, "name", vlan, "type", "vlan", "id", "10").ExitCode != 0)
        {
            Assert.Contains("this kernel has no links of kind vlan", made.Error, StringComparison.Ordinal);
            Assert.Skip("this kernel has no VLANs: the refusal was tested");
        }

        host.OnNeighbour("ip", "address", "add", $"10.71.{number}.1/24", "dev", vlan).Succeeds();
        host.OnNeighbour("ip", "link", "set", vlan, "up").Succeeds();
        made.Succeeds();
        Sleep("aa", "tagged");
        Assert.True(Reaches("aa", $"10.71.{number}.1"));
        host.Docker("rm", "-f", "aa").Succeeds();
        host.Docker("network", "rm", "tagged").Succeeds();
        Assert.DoesNotContain(vlan, host.OnHost("ip", "link").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_is_refused_in_dockers_words()
    {
        Plug();
        Assert.Contains("requested macvlan mode 'odd' is not valid, 'bridge' mode is the macvlan driver default", Refusal("parent=" + Parent, "macvlan_mode=odd"), StringComparison.Ordinal);
        Assert.Contains("loopback interface is not a valid macvlan parent link", Refusal("parent=lo"), StringComparison.Ordinal);
        Assert.Contains("invalid subinterface vlan name nowhere0, example formatting is eth0.10", Refusal("parent=nowhere0"), StringComparison.Ordinal);
        Assert.Contains("-o parent interface was not found on the host: nowhere0", Refusal("parent=nowhere0.10"), StringComparison.Ordinal);
        Assert.Contains("vlan id must be between 1-4094, received: 4095", Refusal($"parent={Parent}.4095"), StringComparison.Ordinal);
        string id = host.Docker("network", "create", "-d", "macvlan", "-o", "parent=" + Parent, "--subnet", Subnet, "first").Succeeds().Output.Trim();
        Assert.Contains($"network dm-{id[..12]} is already using parent interface {Parent}", Refusal("parent=" + Parent), StringComparison.Ordinal);

        string ipvlan = host.Docker("network", "create", "-d", "ipvlan", "-o", "parent=" + Parent, "--subnet", $"10.71.{number}.0/24", "second").Error;
        if (host.OnHost("ip", "link", "add", "link", "up0", "name", "ipv0", "type", "ipvlan").ExitCode != 0)
        {
            Assert.Contains("network driver \"ipvlan\" is not supported: this kernel has no links of kind ipvlan", ipvlan, StringComparison.Ordinal);
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
        host.OnHost("ip", "link", "delete", Parent);
        host.OnNeighbour("ip", "link", "delete", "sw" + Parent);
    }

    private string Address(int last) => $"10.70.{number}.{last}";

    /// <summary>A link of the host to a switch of the neighbour's, who has an address on it, and another one beyond.</summary>
    private void Plug()
    {
        host.OnHost("ip", "link", "add", Parent, "type", "veth", "peer", "name", Parent, "netns", host.NeighbourName).Succeeds();
        host.OnHost("ip", "link", "set", Parent, "up").Succeeds();
        host.OnNeighbour("ip", "link", "add", "sw" + Parent, "type", "bridge").Succeeds();
        host.OnNeighbour("ip", "link", "set", Parent, "master", "sw" + Parent, "up").Succeeds();
        host.OnNeighbour("ip", "address", "add", Switch + "/24", "dev", "sw" + Parent).Succeeds();
        host.OnNeighbour("ip", "address", "replace", Beyond + "/32", "dev", "lo").Succeeds();
        host.OnNeighbour("ip", "link", "set", "sw" + Parent, "up").Succeeds();
    }

    private string Refusal(params string[] options) =>
        host.Docker(["network", "create", "-d", "macvlan", "--subnet", Subnet, .. options.SelectMany(option => new[] { "-o", option }), "refused"]).Error;

    private void Sleep(string name, string network, params string[] options) =>
        host.Docker(["run", "-d", "--name", name, "--network", network, .. options, "busybox:latest", "sleep", "600"]).Succeeds();

    private int Ping(string from, string address) => host.In(from, "ping", "-c1", "-W1", address).ExitCode;

    /// <summary>A link that has just come up may lose the first question for an address.</summary>
    private bool Reaches(string from, string address) => host.In(from, "sh", "-c", $"for turn in 1 2 3; do ping -c1 -W1 {address} && exit; done; exit 1").ExitCode == 0;
}
