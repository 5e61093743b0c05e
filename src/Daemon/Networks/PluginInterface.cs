namespace Wharf.Daemon.Networks;

/// <summary>The addresses of an end: what the engine has chosen, or the plug-in has.</summary>
internal sealed record PluginInterface
{
    public string Address { get; init; } = "";

    public string AddressIPv6 { get; init; } = "";

    public string MacAddress { get; init; } = "";
}
