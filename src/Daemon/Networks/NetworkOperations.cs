using Wharf.Daemon.Containers;
using Wharf.Linux;
using Wharf.Network.Firewall;

namespace Wharf.Daemon.Networks;

/// <summary>What can be done with networks, and what holds them while the daemon runs.</summary>
internal sealed class NetworkOperations(ContainerTable table, ContainerNetworks containers, AddressPlan plan, NetworkEvents events, HostFirewall? firewall, HostPorts hostPorts, bool inet6) : IAsyncDisposable
{
    internal ContainerNetworks Containers => containers;

    internal NetworkEvents Events => events;

    internal CreateNetwork Create { get; } = new(containers.Networks, containers.Drivers, plan, events, inet6);

    internal RemoveNetwork Remove { get; } = new(containers.Networks, containers.Drivers, table, events);

    internal ConnectContainer Connect { get; } = new(containers, events);

    internal NetworkDescriptions Descriptions { get; } = new(table, containers.Networks);

    internal NetworkRoutes Routes => new(containers.Networks, table, Descriptions, Create, Remove, Connect);

    /// <summary>Makes good what others do to the firewall, until the daemon ends.</summary>
    internal async Task WatchFirewallAsync(CancellationToken stopping)
    {
        if (firewall is null)
        {
            return;
        }

        using FileDescriptor stop = EventDescriptor.Open();
        using CancellationTokenRegistration told = stopping.Register(() => EventDescriptor.Signal(stop));
        await Task.Factory.StartNew(
            () => firewall.Watch(stop, fault => Console.Error.WriteLine($"wharfd: mend the firewall: {fault}")),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
    }

    /// <summary>
    /// The end of the daemon, when it is told to: with no container on any network the bridges and the rules are of no use, and
    /// the host gets back what it had.
    /// </summary>
    internal async Task CloseAsync()
    {
        IReadOnlyList<KnownNetwork> all = containers.Networks.All;
        if (all.Any(network => containers.Drivers.Of(network).HasAddresses && network.Endpoints.Count > 0))
        {
            return;
        }

        firewall?.Delete();
        foreach (KnownNetwork network in all.Where(one => !one.Record.ConfigOnly))
        {
            await containers.Drivers.Of(network).RemoveAsync(network, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Create.Dispose();
        containers.Resolver.Dispose();
        await hostPorts.DisposeAsync().ConfigureAwait(false);
    }
}
