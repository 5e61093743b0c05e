namespace Wharf.EngineApi.Containers;

/// <summary>Addresses that a container should get.</summary>
public sealed record RequestedAddresses
{
    public string IPv4Address { get; set => field = value ?? ""; } = "";

    public string IPv6Address { get; set => field = value ?? ""; } = "";

    public IReadOnlyList<string>? LinkLocalIPs { get; set; }
}
