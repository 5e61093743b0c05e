using Wharf.Network.Addresses;
using Wharf.Network.Sandboxes;

namespace Wharf.Daemon.Networks;

/// <summary>What makes networks of one kind. The kernel's state follows the records: each of these may be repeated after a crash.</summary>
internal interface INetworkDriver
{
    /// <summary>Its name in the API.</summary>
    string Name { get; }

    /// <summary>Whether its networks have addresses of their own.</summary>
    bool HasAddresses { get; }

    /// <summary>Whether a network without a subnet of a family gets one of the host's gateway addresses there.</summary>
    bool HasGateway(NetworkRecord record);

    /// <summary>Checks the options of a new network and fills in what the driver chooses.</summary>
    /// <exception cref="EngineException">What is asked for cannot be.</exception>
    NetworkRecord Complete(NetworkRecord record, IReadOnlyList<KnownNetwork> others);

    /// <summary>Makes what the network is in the kernel; what is there already stays.</summary>
    Task StartAsync(KnownNetwork network, CancellationToken cancellation);

    /// <summary>Takes it away; what is not there is no error.</summary>
    Task RemoveAsync(KnownNetwork network, CancellationToken cancellation);

    /// <summary>Gives a container its link.</summary>
    Task JoinAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation);

    /// <summary>Takes the link of a container that goes on.</summary>
    Task LeaveAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation);

    /// <summary>The container has ended, and its link with it.</summary>
    Task ForgetAsync(KnownNetwork network, ContainerEndpoint endpoint, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>The beginning of the names of links in containers.</summary>
    string LinkPrefix(NetworkRecord record);

    /// <summary>Where a container of the network sends what is for elsewhere; null when nothing leads out.</summary>
    DefaultRoute? Route(KnownNetwork network, ContainerEndpoint endpoint, bool isV6);
}
