namespace Wharf.Daemon.Networks;

/// <summary>The kinds of networks that there are.</summary>
internal sealed class NetworkDrivers(IReadOnlyList<INetworkDriver> drivers)
{
    internal IReadOnlyList<string> Names => [.. drivers.Select(one => one.Name)];

    /// <exception cref="EngineException">There is none of that name.</exception>
    internal INetworkDriver Find(string name) => drivers.FirstOrDefault(one => one.Name == name)
        ?? throw new EngineException(EngineErrorKind.NotFound, $"plugin \"{name}\" not found");

    internal INetworkDriver Of(KnownNetwork network) => Find(network.Record.Driver);
}
