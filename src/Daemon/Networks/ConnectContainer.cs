using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;
using Wharf.Network.Sandboxes;

namespace Wharf.Daemon.Networks;

/// <summary>Connects a container to a network, and takes it away from one, while it runs too.</summary>
internal sealed class ConnectContainer(ContainerNetworks networks, NetworkEvents events)
{
    internal async Task ConnectAsync(KnownNetwork network, Container container, RequestedEndpoint? requested, CancellationToken cancellation)
    {
        if (network.Name is NetworkMode.Host)
        {
            throw Conflict("container cannot be disconnected from host network or connected to host network");
        }

        await container.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            RefuseSharing(container.Document);
            if (container.Document.HostConfig.NetworkMode == NetworkMode.None || network.Name == NetworkMode.None)
            {
                throw Conflict("container cannot be connected to multiple networks with one of the networks in private (none) mode");
            }

            ContainerEndpoint endpoint = RequestedNetwork.Endpoint(network.Name, requested ?? new RequestedEndpoint()) with { NetworkId = network.Id };
            if (container.Document.Endpoints.Any(one => one.Network == network.Name))
            {
                throw new EngineException(EngineErrorKind.Forbidden, $"endpoint with name {container.Document.Name} already exists in network {network.Name}");
            }

            if (!container.State.Running)
            {
                container.Change(one => one with { Endpoints = [.. one.Endpoints, endpoint] });
                return;
            }

            await ConnectRunningAsync(network, container, endpoint).ConfigureAwait(false);
            events.Publish(network, "connect", container);
        }
        finally
        {
            container.Gate.Release();
        }
    }

    internal async Task DisconnectAsync(KnownNetwork network, Container container, bool force, CancellationToken cancellation)
    {
        await container.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (network.Name == NetworkMode.Host && container.Document.HostConfig.NetworkMode == NetworkMode.Host)
            {
                throw Conflict("container cannot be disconnected from host network or connected to host network");
            }

            RefuseSharing(container.Document);
            if (container.Document.Endpoints.FirstOrDefault(one => one.Network == network.Name) is not { } endpoint)
            {
                throw new EngineException(EngineErrorKind.Forbidden, $"container {container.Id} is not connected to network {network.Name}");
            }

            if (!container.State.Running || !endpoint.IsUp)
            {
                container.Change(one => one with { Endpoints = [.. one.Endpoints.Where(other => other != endpoint)] });
                return;
            }

            await DisconnectRunningAsync(network, container, endpoint).ConfigureAwait(false);
            events.Publish(network, "disconnect", container);
        }
        finally
        {
            container.Gate.Release();
        }
    }

    /// <summary>Record first, kernel then: what a kill cuts off in between is made good at the next start.</summary>
    private async Task ConnectRunningAsync(KnownNetwork network, Container container, ContainerEndpoint endpoint)
    {
        var sandbox = new Sandbox(container.State.Pid);
        ContainerEndpoint up = networks.TakeUp(container, endpoint, container.Document.Endpoints);
        ContainerDocument before = container.Document;
        container.Change(one => one with { Endpoints = [.. one.Endpoints, up with { Pending = true }] });
        try
        {
            await networks.Drivers.Of(network).JoinAsync(network, up, sandbox, CancellationToken.None).ConfigureAwait(false);
            container.Change(one => one with { Endpoints = [.. before.Endpoints, up] });
        }
        catch
        {
            networks.TakeDown(container, up);
            container.Change(one => one with { Endpoints = before.Endpoints });
            throw;
        }

        await RouteAsync(before, container, sandbox).ConfigureAwait(false);
    }

    private async Task DisconnectRunningAsync(KnownNetwork network, Container container, ContainerEndpoint endpoint)
    {
        var sandbox = new Sandbox(container.State.Pid);
        ContainerDocument before = container.Document;
        await networks.Drivers.Of(network).LeaveAsync(network, endpoint, sandbox, CancellationToken.None).ConfigureAwait(false);
        container.Change(one => one with { Endpoints = [.. one.Endpoints.Where(other => other != endpoint)] });
        await RouteAsync(before, container, sandbox).ConfigureAwait(false);
        networks.TakeDown(container, endpoint);
    }

    /// <summary>Another way out may be the first now: default routes, published ports and files follow.</summary>
    private async Task RouteAsync(ContainerDocument before, Container container, Sandbox sandbox)
    {
        networks.Ports.Shut(before, networks);
        await networks.SetRoutesAsync(container, sandbox).ConfigureAwait(false);
        if (before.Ports.Count > 0)
        {
            networks.Ports.Move(container.Document, networks);
            networks.Ports.Open(container.Document, networks);
        }

        networks.Files.Write(container);
        if (NamedContainers.Asks(container.Document))
        {
            await networks.Resolver.SetAsync(container).ConfigureAwait(false);
        }
        else if (NamedContainers.Asks(before))
        {
            await networks.Resolver.LeaveAsync(container).ConfigureAwait(false);
        }
    }

    private static void RefuseSharing(ContainerDocument document)
    {
        if (NetworkMode.Target(document.HostConfig.NetworkMode) is not null || document.HostConfig.NetworkMode == NetworkMode.Host)
        {
            throw Conflict("container sharing network namespace with another container or host cannot be connected to any other network");
        }
    }

    private static EngineException Conflict(string message) => new(EngineErrorKind.InvalidParameter, message);
}
