using System.Collections.Concurrent;

namespace Wharf.Daemon.Networks;

/// <summary>The kinds of networks that there are: those made here, and those of plug-ins.</summary>
internal sealed class NetworkDrivers(IReadOnlyList<INetworkDriver> drivers)
{
    private readonly ConcurrentDictionary<string, RemoteDriver> remote = new();

    internal IReadOnlyList<string> Names => [.. drivers.Select(one => one.Name)];

    /// <exception cref="EngineException">There is none of that name.</exception>
    internal INetworkDriver Find(string name)
    {
        if (drivers.FirstOrDefault(one => one.Name == name) is { } own)
        {
            return own;
        }

        if (remote.TryGetValue(name, out RemoteDriver? known))
        {
            return known;
        }

        RemoteDriver found = RemoteDriver.Find(name) ?? throw new EngineException(EngineErrorKind.NotFound, $"plugin \"{name}\" not found");
        return remote.GetOrAdd(name, found);
    }

    internal INetworkDriver Of(KnownNetwork network) => Find(network.Record.Driver);
}
