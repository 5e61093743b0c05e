namespace Wharf.Daemon.Networks;

/// <summary>How a container is on a plug-in's network.</summary>
internal sealed record PluginJoined
{
    public PluginInterfaceName InterfaceName { get; init; } = new();

    public string Gateway { get; init; } = "";

    public string GatewayIPv6 { get; init; } = "";
}
