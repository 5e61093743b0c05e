namespace Wharf.Daemon.Networks;

/// <summary>One subnet of a network, as a plug-in is told of it.</summary>
internal sealed record PluginSubnet
{
    public string AddressSpace { get; init; } = "LocalDefault";

    public string Pool { get; init; } = "";

    public string Gateway { get; init; } = "";

    public IReadOnlyDictionary<string, string> AuxAddresses { get; init; } = new Dictionary<string, string>();
}
