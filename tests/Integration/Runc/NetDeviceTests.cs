using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Devices of the host that the spec moves into a container.</summary>
public sealed class NetDeviceTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";
    private readonly string device = $"w{Guid.NewGuid():N}"[..10];

    public void Dispose()
    {
        bundle.Dispose();
        Command.Run("ip", "link", "delete", device + "p");
    }

    [Fact]
    public void A_device_has_its_new_name_its_lasting_addresses_and_is_up()
    {
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "bin", "ip"), "busybox");
        MakeDevice();
        Command.Run("ip", "address", "add", "10.77.5.3/24", "brd", "10.77.5.255", "dev", device).Succeeds();
        Command.Run("ip", "address", "add", "fd77::3/64", "dev", device).Succeeds();
        Command.Run("ip", "link", "set", device, "mtu", "1337", "up").Succeeds();
        bundle.Change(spec => spec["linux"]!["netDevices"] = new JsonObject { [device] = new JsonObject { ["name"] = "inside0" } });
        bundle.Arguments("ip", "address", "show", "dev", "inside0");

        string shown = bundle.Runc("run", id).Succeeds().Output;

        Assert.Contains("<BROADCAST,MULTICAST,UP,LOWER_UP", shown, StringComparison.Ordinal);
        Assert.Contains("mtu 1337", shown, StringComparison.Ordinal);
        Assert.Contains("inet 10.77.5.3/24 brd 10.77.5.255", shown, StringComparison.Ordinal);
        Assert.Contains("inet6 fd77::3/64 scope global", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_not_there_is_an_error_that_names_it()
    {
        bundle.Change(spec => spec["linux"]!["netDevices"] = new JsonObject { [device] = new JsonObject() });
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.Equal((1, true), (run.ExitCode, run.Error.Contains($"netDevice \"{device}\": no such device", StringComparison.Ordinal)));
        Assert.Empty(HostCgroups.Below("/" + id));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a-name-that-is-too-long")]
    public void A_name_that_is_none_is_refused(string name)
    {
        bundle.Change(spec => spec["linux"]!["netDevices"] = new JsonObject { [device] = new JsonObject { ["name"] = name } });
        bundle.Arguments("true");

        Assert.Contains($"invalid network device name \"{name}\"", bundle.Runc("run", id).Error.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_network_namespace_nothing_is_moved()
    {
        MakeDevice();
        bundle.Change(spec =>
        {
            spec["linux"]!["netDevices"] = new JsonObject { [device] = new JsonObject() };
            spec["linux"]!["namespaces"]!.AsArray().Remove(spec["linux"]!["namespaces"]!.AsArray().First(one => (string?)one!["type"] == "network"));
        });
        bundle.Arguments("true");

        Assert.Contains("unable to move network devices without a private NET namespace", bundle.Runc("run", id).Error, StringComparison.Ordinal);
        Command.Run("ip", "link", "show", device).Succeeds();
    }

    private void MakeDevice()
    {
        // The other end stays on the host, and goes when this one does.
        Command.Run("ip", "link", "add", device, "type", "veth", "peer", "name", device + "p").Succeeds();
        Command.Run("ip", "link", "set", device + "p", "up").Succeeds();
    }
}
