namespace Wharf.Daemon.Networks;

/// <summary>What a plug-in adds to an end.</summary>
internal sealed record PluginEndpointMade
{
    public PluginInterface? Interface { get; init; }
}
