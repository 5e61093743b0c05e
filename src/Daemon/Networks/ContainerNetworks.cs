using System.Security.Cryptography;
using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;
using Wharf.Network.Addresses;
using Wharf.Network.Bridges;

namespace Wharf.Daemon.Networks;

/// <summary>
/// Connects containers to networks. The order of a start:
/// 1. <see cref="Prepare"/> takes an address, keeps it in the container's document, and writes the files that name it;
/// 2. the runtime makes the namespace with the container's first process, which waits;
/// 3. <see cref="ConnectAsync"/> links that namespace to the bridge; then the process is let go;
/// 4. at the end the kernel takes namespace and link away, and <see cref="Release"/> gives the address back.
/// </summary>
internal sealed class ContainerNetworks
{
    private readonly ContainerTable table;
    private readonly Bridge? bridge;

    /// <param name="bridge">Null when there is none: containers of the default network then have their loopback only.</param>
    internal ContainerNetworks(ContainerTable table, NetworkTable networks, Bridge? bridge)
    {
        this.table = table;
        this.bridge = bridge;
        Networks = networks;
        foreach (Container container in table.All())
        {
            if (!container.State.Running && container.Document.Endpoint is not null)
            {
                // The last daemon was killed between an address and the start, or an end and the release.
                container.Change(one => one with { Endpoint = null });
            }

            if (container.Document.Endpoint is { Address.Length: > 0 } endpoint)
            {
                bridge?.Pool.Take(Ipv4Address.Parse(endpoint.Address));
            }
        }
    }

    internal NetworkTable Networks { get; }

    internal Bridge? Bridge => bridge;

    /// <summary>
    /// The mode to keep for what a request asks for. What does not exist is refused at the start, as dockerd has it: clients take
    /// a create's "not found" for the image's, and pull it.
    /// </summary>
    internal string Resolve(CreateRequest request)
    {
        string mode = request.HostConfig?.NetworkMode ?? "";
        if (mode is "" or "default" or NetworkMode.Bridge)
        {
            return NetworkMode.Bridge;
        }

        if (NetworkMode.Target(mode) is { } target)
        {
            return request.Hostname.Length > 0
                ? throw new EngineException(EngineErrorKind.InvalidParameter, "conflicting options: hostname and the network mode")
                : NetworkMode.Sharing(table.TryFind(target)?.Id ?? target);
        }

        return Networks.TryFind(mode)?.Name ?? mode;
    }

    /// <summary>The host name of a container that gives none.</summary>
    internal string DefaultHostName(string mode, string id) =>
        mode == NetworkMode.Host ? Environment.MachineName
            : NetworkMode.Target(mode) is { } target && table.FindId(target) is { } shared ? shared.Config.Hostname
            : id[..12];

    /// <summary>Step 1.</summary>
    internal ContainerNetwork Prepare(Container container)
    {
        string mode = container.Document.HostConfig.NetworkMode;
        if (NetworkMode.Target(mode) is { } id)
        {
            return Share(container, table.TryFind(id) ?? throw new EngineException(EngineErrorKind.NotFound, $"joining network namespace of container: No such container: {id}"));
        }

        if (mode != NetworkMode.Bridge)
        {
            _ = Networks.Find(mode);
        }

        var endpoint = new NetworkEndpoint { EndpointId = NewId(), SandboxId = NewId() };
        if (mode == NetworkMode.Bridge && bridge is not null)
        {
            Ipv4Address address = bridge.Pool.Take()
                ?? throw new EngineException(EngineErrorKind.System, $"take an address of network \"{NetworkMode.Bridge}\": no available IPv4 addresses on this network's address pools: {NetworkMode.Bridge} ({bridge.Pool.Subnet})");
            endpoint = endpoint with { Address = address.ToString(), PrefixLength = bridge.Address.Length, Gateway = bridge.Address.Address.ToString(), Mac = MacAddress.Text(MacAddress.Parse(container.Document.MacAddress) ?? MacAddress.Of(address)) };
        }

        // On disk before the kernel knows of it: a daemon that is killed in between gives no address twice.
        container.Change(one => one with { Endpoint = endpoint });
        NetworkFiles.Write(container, endpoint, bridge?.Address.Address.ToString() ?? "");
        return new ContainerNetwork(mode == NetworkMode.Host, null, container.Folder);
    }

    /// <summary>Step 3.</summary>
    internal Task ConnectAsync(Container container, int process) => bridge is null || container.Document.Endpoint is not { Address.Length: > 0 } endpoint
        ? Task.CompletedTask
        : bridge.ConnectAsync(process, new ContainerLink("veth" + endpoint.EndpointId[..7], new InterfaceAddress(Ipv4Address.Parse(endpoint.Address), endpoint.PrefixLength), bridge.Address.Address, bridge.Mtu, MacAddress.Parse(endpoint.Mac)));

    /// <summary>Step 4; the second time it does nothing.</summary>
    internal void Release(Container container)
    {
        if (container.Document.Endpoint is not { } endpoint)
        {
            return;
        }

        container.Change(one => one with { Endpoint = null });
        if (endpoint.Address.Length > 0)
        {
            bridge?.Pool.Release(Ipv4Address.Parse(endpoint.Address));
        }
    }

    /// <summary>
    /// The end of the daemon, when it is told to: with no container on it the bridge and its rules are of no use, and the host
    /// gets back what it had.
    /// </summary>
    internal void Close()
    {
        if (!table.All().Any(container => container.State.Running && container.Document.Endpoint is { Address.Length: > 0 }))
        {
            bridge?.Remove();
        }
    }

    private static ContainerNetwork Share(Container container, Container target) =>
        target == container ? throw new EngineException(EngineErrorKind.InvalidParameter, "cannot join own network")
            : !target.State.Running ? throw new EngineException(EngineErrorKind.Conflict, $"cannot join network of a non running container: {target.Id}")
            : target.Document.HostConfig.NetworkMode == NetworkMode.Host ? new ContainerNetwork(true, null, target.Folder)
            : new ContainerNetwork(false, NamespaceOf(target.State.Pid), target.Folder);

    internal static string NamespaceOf(int process) => $"/proc/{process}/ns/net";

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
