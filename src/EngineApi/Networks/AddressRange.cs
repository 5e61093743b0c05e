namespace Wharf.EngineApi.Networks;

/// <summary>One subnet of a network, and the gateway in it.</summary>
public sealed record AddressRange
{
    public string Subnet { get; set; } = "";

    public string Gateway { get; set; } = "";
}
