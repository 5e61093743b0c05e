using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;
using Wharf.Network.Sandboxes;

namespace Wharf.Daemon.Networks;

/// <summary>
/// Connects containers to networks. The order of a start:
/// 1. <see cref="Prepare"/> takes addresses and ports, keeps them in the container's document, and writes the files that name them;
/// 2. the runtime makes the namespace with the container's first process, which waits;
/// 3. <see cref="ConnectAsync"/> links that namespace to the networks and lets its ports in; then the process is let go;
/// 4. at the end the kernel takes namespace and links away, and <see cref="Release"/> gives addresses and ports back.
/// </summary>
internal sealed class ContainerNetworks(ContainerTable table, NetworkTable networks, NetworkDrivers drivers, PublishPorts ports, ResolverClient resolver, NetworkFiles files, BackgroundWork background)
{
    internal NetworkFiles Files => files;

    internal NetworkTable Networks { get; } = networks;

    internal NetworkDrivers Drivers { get; } = drivers;

    internal PublishPorts Ports { get; } = ports;

    internal ResolverClient Resolver { get; } = resolver;

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

        return NameOf(mode);
    }

    /// <summary>The ends that a new container gets.</summary>
    internal IReadOnlyList<ContainerEndpoint> Requested(CreateRequest request, string mode)
    {
        _ = PortRequest.Parse(request.HostConfig ?? new HostConfig(), new ContainerConfig { ExposedPorts = request.ExposedPorts });
        return RequestedNetwork.Endpoints(request, mode, NameOf);
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

        IReadOnlyList<ContainerEndpoint> wanted = container.Document.Endpoints.Count > 0 ? container.Document.Endpoints : [new ContainerEndpoint { Network = mode }];
        List<ContainerEndpoint> up = [];
        try
        {
            foreach (ContainerEndpoint endpoint in wanted)
            {
                up.Add(TakeUp(container, endpoint, up));
            }

            // On disk before the kernel knows of it: a daemon that is killed in between gives no address twice.
            container.Change(one => one with { SandboxId = NetworkTable.NewId(), Endpoints = up, Ports = [] });
            IReadOnlyList<ContainerPort> taken = Ports.Take(container.Document, this);
            if (taken.Count > 0)
            {
                container.Change(one => one with { Ports = taken });
            }

            Files.Write(container);
        }
        catch
        {
            up.ForEach(endpoint => TakeDown(container, endpoint));
            Ports.Forget(container.Id);
            container.Change(one => one with { SandboxId = "", Endpoints = [.. wanted.Select(endpoint => endpoint.Down())], Ports = [] });
            throw;
        }

        return new ContainerNetwork(mode == NetworkMode.Host, null, container.Folder);
    }

    /// <summary>Step 3.</summary>
    internal async Task ConnectAsync(Container container, int process)
    {
        if (NetworkMode.Target(container.Document.HostConfig.NetworkMode) is not null)
        {
            return;
        }

        var sandbox = new Sandbox(process);
        foreach (ContainerEndpoint endpoint in container.Document.Endpoints.Where(one => one.IsUp))
        {
            KnownNetwork network = Find(endpoint);
            await Drivers.Of(network).JoinAsync(network, endpoint, sandbox, CancellationToken.None).ConfigureAwait(false);
        }

        await SetRoutesAsync(container, sandbox).ConfigureAwait(false);
        Ports.Open(container.Document, this);
        await Resolver.SetAsync(container).ConfigureAwait(false);
    }

    /// <summary>Step 4; the second time it does nothing.</summary>
    internal void Release(Container container)
    {
        ContainerDocument document = container.Document;
        if (document.SandboxId.Length == 0 && !document.Endpoints.Any(one => one.IsUp))
        {
            return;
        }

        Ports.Close(document, this);
        foreach (ContainerEndpoint endpoint in document.Endpoints.Where(one => one.IsUp))
        {
            TakeDown(container, endpoint);
            if (Networks.TryFind(endpoint.NetworkId) is { } network && Drivers.Of(network) is RemoteDriver driver)
            {
                background.Begin($"tell plugin \"{driver.Name}\" of an end", stopping => driver.ForgetAsync(network, endpoint, stopping));
            }
        }

        container.Change(one => one with { SandboxId = "", Endpoints = [.. one.Endpoints.Select(endpoint => endpoint.Down())], Ports = [] });
        if (NamedContainers.Asks(document))
        {
            background.Begin($"forget the names of container \"{container.Id}\"", _ => Resolver.RemoveAsync(container));
        }
    }

    /// <summary>Addresses and a name for one end, noted with its network.</summary>
    internal ContainerEndpoint TakeUp(Container container, ContainerEndpoint endpoint, IReadOnlyCollection<ContainerEndpoint> others)
    {
        KnownNetwork network = Networks.ByName(endpoint.Network) ?? Networks.TryFind(endpoint.Network)
            ?? throw new EngineException(EngineErrorKind.NotFound, $"failed to set up container networking: network {endpoint.Network} not found");
        if (network.Record.ConfigOnly)
        {
            throw new EngineException(EngineErrorKind.Forbidden, $"configuration network {network.Name} cannot be used by a container");
        }

        INetworkDriver driver = Drivers.Of(network);
        string inside = BridgeDriver.InterfaceName(endpoint) is { Length: > 0 } given ? given : FreeName(driver.LinkPrefix(network.Record), others);
        ContainerEndpoint up = EndpointAddresses.Take(network, endpoint, inside, driver.HasAddresses);
        if (!network.Add(container.Id, up))
        {
            EndpointAddresses.Release(network, up);
            throw new EngineException(EngineErrorKind.NotFound, $"failed to set up container networking: network {endpoint.Network} not found");
        }

        return up;
    }

    internal void TakeDown(Container container, ContainerEndpoint endpoint)
    {
        if (Networks.TryFind(endpoint.NetworkId) is { } network)
        {
            network.Remove(container.Id);
            EndpointAddresses.Release(network, endpoint);
        }
    }

    /// <summary>The end that leads out of the container; null when none does.</summary>
    internal (KnownNetwork Network, ContainerEndpoint Endpoint, DefaultRoute Route)? WayOut(ContainerDocument document, bool isV6)
    {
        foreach (ContainerEndpoint endpoint in document.Endpoints.Where(one => one.IsUp).OrderByDescending(one => one.Requested.GwPriority).ThenBy(one => one.Network, StringComparer.Ordinal))
        {
            if (Networks.TryFind(endpoint.NetworkId) is { } network && Drivers.Of(network).Route(network, endpoint, isV6) is { } route)
            {
                return (network, endpoint, route);
            }
        }

        return null;
    }

    internal Task SetRoutesAsync(Container container, Sandbox sandbox)
    {
        DefaultRoute?[] ways = [WayOut(container.Document, isV6: false)?.Route, WayOut(container.Document, isV6: true)?.Route];
        DefaultRoute[] routes = [.. ways.OfType<DefaultRoute>()];
        return container.Document.Endpoints.Any(one => one.Mac.Length > 0) ? sandbox.SetDefaultRoutesAsync(routes) : Task.CompletedTask;
    }

    internal KnownNetwork Find(ContainerEndpoint endpoint) => Networks.Find(endpoint.NetworkId);

    private string NameOf(string text) => Networks.TryFind(text)?.Name ?? text;

    private static string FreeName(string prefix, IReadOnlyCollection<ContainerEndpoint> others)
    {
        for (int number = 0; ; number++)
        {
            string name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}{number}");
            if (!others.Any(one => one.InsideName == name))
            {
                return name;
            }
        }
    }

    private static ContainerNetwork Share(Container container, Container target) =>
        target == container ? throw new EngineException(EngineErrorKind.InvalidParameter, "cannot join own network")
            : !target.State.Running ? throw new EngineException(EngineErrorKind.Conflict, $"cannot join network of a non running container: {target.Id}")
            : target.Document.HostConfig.NetworkMode == NetworkMode.Host ? new ContainerNetwork(true, null, target.Folder)
            : new ContainerNetwork(false, NamespaceOf(target.State.Pid), target.Folder);

    internal static string NamespaceOf(int process) => $"/proc/{process}/ns/net";
}
