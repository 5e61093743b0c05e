namespace Wharf.EngineApi.Networks;

/// <summary>Where a network's addresses come from: IPAM of the API.</summary>
public sealed record AddressSettings
{
    public string Driver { get; set => field = value ?? ""; } = "default";

    public IReadOnlyDictionary<string, string>? Options { get; set; }

    public IReadOnlyList<AddressRange>? Config { get; set; }
}
