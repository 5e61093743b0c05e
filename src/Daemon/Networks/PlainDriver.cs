using Wharf.Network.Sandboxes;

namespace Wharf.Daemon.Networks;

/// <summary>Networks that give a container nothing of their own: the host's, and none.</summary>
internal sealed class PlainDriver(string name) : INetworkDriver
{
    public string Name => name;

    public bool HasAddresses => false;

    public bool HasGateway(NetworkRecord record) => false;

    public string LinkPrefix(NetworkRecord record) => "";

    public NetworkRecord Complete(NetworkRecord record, IReadOnlyList<KnownNetwork> others) =>
        throw new EngineException(EngineErrorKind.Forbidden, $"only one instance of \"{name}\" network is allowed");

    public Task StartAsync(KnownNetwork network, CancellationToken cancellation) => Task.CompletedTask;

    public Task RemoveAsync(KnownNetwork network, CancellationToken cancellation) => Task.CompletedTask;

    public Task JoinAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation) => Task.CompletedTask;

    public Task LeaveAsync(KnownNetwork network, ContainerEndpoint endpoint, Sandbox sandbox, CancellationToken cancellation) => Task.CompletedTask;

    public DefaultRoute? Route(KnownNetwork network, ContainerEndpoint endpoint, bool isV6) => null;
}
