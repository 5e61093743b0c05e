using Wharf.Daemon.Configuration;
using Wharf.Daemon.Containers;
using Wharf.Network.Addresses;
using Wharf.Network.Bridges;

namespace Wharf.Daemon.Networks;

/// <summary>The networks at the start of the daemon: those that are known, and the bridge.</summary>
internal static class StartNetworks
{
    private const string NoBridge = "none";

    internal static ContainerNetworks Run(DaemonOptions options, ContainerTable table)
    {
        bool wanted = options.Bridge != NoBridge;
        var networks = new NetworkTable(options.DataRoot, wanted);
        return new ContainerNetworks(table, networks, wanted ? Bridge(options, networks) : null);
    }

    private static Bridge Bridge(DaemonOptions options, NetworkTable networks)
    {
        if (!BridgeRequest.IsName(options.Bridge))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid bridge name \"{options.Bridge}\": up to 15 letters, digits, '_', '-' and '.' are allowed");
        }

        try
        {
            string last = networks.ByName(NetworkMode.Bridge)?.Address ?? "";
            var request = new BridgeRequest(
                options.Bridge,
                options.BridgeAddress.Length > 0 ? Given(options.BridgeAddress) : null,
                last.Length > 0 ? InterfaceAddress.Parse(last) : null,
                options.Mtu,
                options.Firewall,
                options.Masquerade,
                options.Forward);
            Bridge bridge = Wharf.Network.Bridges.Bridge.Ensure(request);
            networks.KeepAddress(bridge.Address.ToString());
            return bridge;
        }
        catch (Exception error) when (error is IOException or FormatException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineErrorKind.System, $"start network \"{NetworkMode.Bridge}\": {error.Message}", error);
        }
    }

    /// <summary>The bridge's own address must be one that a host can have, and leave room for another.</summary>
    private static InterfaceAddress Given(string text)
    {
        InterfaceAddress address = InterfaceAddress.Parse(text);
        return address.Length is >= 8 and <= 30 && address.Address > address.Subnet.First && address.Address < address.Subnet.Last
            ? address
            : throw new FormatException($"invalid bridge address \"{text}\": an address within a subnet of /8 to /30 is wanted");
    }
}
