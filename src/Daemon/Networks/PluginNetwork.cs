using System.Text.Json;

namespace Wharf.Daemon.Networks;

/// <summary>A network that a plug-in is to make, or to remove: then it has an id only.</summary>
internal sealed record PluginNetwork
{
    public string NetworkID { get; init; } = "";

    public IReadOnlyDictionary<string, JsonElement>? Options { get; init; }

    public IReadOnlyList<PluginSubnet>? IPv4Data { get; init; }

    public IReadOnlyList<PluginSubnet>? IPv6Data { get; init; }
}
