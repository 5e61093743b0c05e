namespace Wharf.Daemon.Networks;

/// <summary>An end of a network, as a plug-in is asked for it.</summary>
internal sealed record PluginEndpoint
{
    public string NetworkID { get; init; } = "";

    public string EndpointID { get; init; } = "";

    public string SandboxKey { get; init; } = "";

    public PluginInterface? Interface { get; init; }

    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}
