using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Networks;

/// <summary>One subnet of a network, the part of it that addresses come from, its gateway, and addresses of others in it by name.</summary>
public sealed record AddressRange
{
    public string Subnet { get; set => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IPRange { get; set; }

    public string Gateway { get; set => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? AuxiliaryAddresses { get; set; }
}
