using System.Globalization;
using Wharf.Harness;
using Wharf.Network.Addresses;
using Wharf.Network.Bridges;
using Xunit;

namespace Wharf.Integration.Network;

/// <summary>A bridge in the kernel, with processes that have namespaces of their own in the place of containers.</summary>
public sealed class BridgeTests : IDisposable
{
    private readonly string name = string.Create(CultureInfo.InvariantCulture, $"wi{Environment.ProcessId:x}");
    private readonly string outside = string.Create(CultureInfo.InvariantCulture, $"wo{Environment.ProcessId:x}");
    private readonly List<System.Diagnostics.Process> processes = [];
    private readonly string prefix = string.Create(CultureInfo.InvariantCulture, $"10.{180 + (Environment.ProcessId / 250 % 20)}.{Environment.ProcessId % 250}");

    [Fact]
    public async Task Two_containers_reach_the_gateway_and_each_other_and_leave_nothing()
    {
        Bridge bridge = Make();
        int one = await ConnectAsync(bridge, "a");
        int two = await ConnectAsync(bridge, "b");

        Inside(two, "ping", "-c1", "-W3", prefix + ".1").Succeeds();
        Inside(two, "ping", "-c1", "-W3", prefix + ".2").Succeeds();
        Assert.Contains($"default via {prefix}.1 dev eth0", Inside(one, "ip", "route").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains(MacAddress.Text(MacAddress.Of(Ipv4Address.Parse(prefix + ".2"))), Inside(one, "ip", "link", "show", "eth0").Succeeds().Output, StringComparison.Ordinal);

        processes.ForEach(End);
        Eventually(() => !Directory.EnumerateFileSystemEntries($"/sys/class/net/{name}/brif").Any());
        bridge.Remove();
        Assert.False(Directory.Exists("/sys/class/net/" + name));
        Assert.DoesNotContain(name, Command.Run("nft", "list", "ruleset").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_leaves_has_the_hosts_address_and_what_comes_uncalled_is_dropped()
    {
        Bridge bridge = Make();
        int container = await ConnectAsync(bridge, "a");

        // A neighbour that knows no way back to the subnet.
        Command.Run("ip", "netns", "add", outside).Succeeds();
        Command.Run("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", outside).Succeeds();
        Command.Run("ip", "address", "add", "10.179.77.1/24", "dev", outside).Succeeds();
        Command.Run("ip", "link", "set", outside, "up").Succeeds();
        Command.Run("ip", "-n", outside, "address", "add", "10.179.77.2/24", "dev", "eth0").Succeeds();
        Command.Run("ip", "-n", outside, "link", "set", "eth0", "up").Succeeds();
        Inside(container, "ping", "-c1", "-W3", "10.179.77.2").Succeeds();

        // Now it has one: the firewall refuses it.
        Command.Run("ip", "-n", outside, "route", "add", prefix + ".0/24", "via", "10.179.77.1").Succeeds();
        Assert.NotEqual(0, Command.Run("ip", "netns", "exec", outside, "busybox", "ping", "-c1", "-W1", prefix + ".2").ExitCode);
    }

    [Fact]
    public void Ensuring_again_changes_nothing_and_another_address_takes_the_place_of_the_old_one()
    {
        Make();
        string rules = Command.Run("nft", "list", "table", "ip", "wharf-" + name).Succeeds().Output;
        string index = File.ReadAllText($"/sys/class/net/{name}/ifindex");
        Make();
        Assert.Equal(rules, Command.Run("nft", "list", "table", "ip", "wharf-" + name).Succeeds().Output);
        Assert.Equal(index, File.ReadAllText($"/sys/class/net/{name}/ifindex"));

        Bridge.Ensure(Request(prefix + ".129/25"));
        string addresses = Command.Run("ip", "-o", "-4", "address", "show", name).Succeeds().Output;
        Assert.Contains(prefix + ".129/25", addresses, StringComparison.Ordinal);
        Assert.DoesNotContain(prefix + ".1/24", addresses, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bridge_of_another_keeps_its_address_and_stays()
    {
        Command.Run("ip", "link", "add", name, "type", "bridge").Succeeds();
        Command.Run("ip", "address", "add", prefix + ".7/24", "dev", name).Succeeds();

        IOException error = Assert.Throws<IOException>(() => Make());
        Assert.Equal($"use bridge \"{name}\": its address is {prefix}.7/24, not {prefix}.1/24, and it was not made by wharfd", error.Message);

        Bridge bridge = Bridge.Ensure(Request(null));
        Assert.Equal(prefix + ".7/24", bridge.Address.ToString());
        bridge.Remove();
        Assert.True(Directory.Exists("/sys/class/net/" + name));
    }

    [Fact]
    public async Task A_process_in_the_hosts_namespace_is_refused()
    {
        Bridge bridge = Make();
        IOException error = await Assert.ThrowsAsync<IOException>(() => bridge.ConnectAsync(Environment.ProcessId, LinkTo(bridge, "a")));
        Assert.EndsWith("it is the host's", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"/sys/class/net/{name}/brif"));
    }

    public void Dispose()
    {
        processes.ForEach(End);
        Command.Run("ip", "netns", "delete", outside);
        Command.Run("ip", "link", "delete", outside);
        Command.Run("ip", "link", "delete", name);
        Command.Run("nft", "delete", "table", "ip", "wharf-" + name);
    }

    private Bridge Make() => Bridge.Ensure(Request(prefix + ".1/24"));

    private BridgeRequest Request(string? address) =>
        new(name, address is null ? null : InterfaceAddress.Parse(address), null, 1500, Firewall: true, Masquerade: true, Forward: true);

    private async Task<int> ConnectAsync(Bridge bridge, string end)
    {
        var process = Command.Start("unshare", ["--net", "sleep", "300"]);
        processes.Add(process);
        string host = new FileInfo("/proc/self/ns/net").LinkTarget!;
        Eventually(() => new FileInfo($"/proc/{process.Id}/ns/net").LinkTarget != host);
        await bridge.ConnectAsync(process.Id, LinkTo(bridge, end));
        return process.Id;
    }

    private ContainerLink LinkTo(Bridge bridge, string end) =>
        new(name + end, new InterfaceAddress(bridge.Pool.Take() ?? throw new InvalidOperationException("no address"), bridge.Address.Length), bridge.Address.Address, bridge.Mtu);

    private static Command Inside(int process, params string[] command) =>
        Command.Run("nsenter", ["--target", process.ToString(CultureInfo.InvariantCulture), "--net", "busybox", .. command]);

    private static void Eventually(Func<bool> done)
    {
        for (int tries = 0; !done(); tries++)
        {
            Assert.True(tries < 200, "it does not happen");
            Thread.Sleep(50);
        }
    }

    private static void End(System.Diagnostics.Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
