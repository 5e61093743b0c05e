namespace Wharf.EngineApi.Containers;

/// <summary>What a create asks of one network.</summary>
public sealed record RequestedEndpoint
{
    public RequestedAddresses? IPAMConfig { get; set; }

    public string MacAddress { get; set => field = value ?? ""; } = "";

    public IReadOnlyList<string>? Aliases { get; set; }

    public IReadOnlyList<string>? Links { get; set; }

    public IReadOnlyDictionary<string, string>? DriverOpts { get; set; }

    /// <summary>The network with the highest gives the default route.</summary>
    public int GwPriority { get; set; }
}
