using System.Text.Json;

namespace Wharf.EngineApi.Containers;

/// <summary>Where a container is reached.</summary>
public sealed record NetworkSettings
{
    public string SandboxID { get; set; } = "";

    public string SandboxKey { get; set; } = "";

    public IReadOnlyDictionary<string, JsonElement> Ports { get; set; } = new Dictionary<string, JsonElement>();

    public string Gateway { get; set; } = "";

    public string IPAddress { get; set; } = "";

    public int IPPrefixLen { get; set; }

    public string MacAddress { get; set; } = "";

    public IReadOnlyDictionary<string, EndpointSettings> Networks { get; set; } = new Dictionary<string, EndpointSettings>();
}
