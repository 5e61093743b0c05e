using System.Text.Json.Serialization;

namespace Wharf.Daemon.Configuration;

/// <summary>One of the config file's default-address-pools.</summary>
internal sealed record ConfiguredPool
{
    [JsonPropertyName("base")]
    public string Base { get; set; } = "";

    [JsonPropertyName("size")]
    public int Size { get; set; }
}
