using System.Text.Json.Serialization;
using Wharf.EngineApi.Networks;

namespace Wharf.Daemon.Networks;

/// <summary>What is kept of a network: networks/ID.json.</summary>
internal sealed record NetworkRecord
{
    public string Name { get; set; } = "";

    public string Id { get; set; } = "";

    public string Driver { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    public bool EnableIPv4 { get; set; } = true;

    public bool EnableIPv6 { get; set; }

    public bool Internal { get; set; }

    public bool Attachable { get; set; }

    public bool ConfigOnly { get; set; }

    public string ConfigFrom { get; set; } = "";

    public IReadOnlyDictionary<string, string> Options { get; set; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    public string AddressDriver { get; set; } = "default";

    public IReadOnlyDictionary<string, string>? AddressOptions { get; set; }

    /// <summary>Each with subnet and gateway, as chosen or asked for.</summary>
    public IReadOnlyList<AddressRange> Ranges { get; set; } = [];

    /// <summary>Families whose subnet somebody asked for: only there may addresses be asked for too.</summary>
    public bool HasOwnSubnet4 { get; set; }

    /// <inheritdoc cref="HasOwnSubnet4"/>
    public bool HasOwnSubnet6 { get; set; }

    /// <summary>The host's link that the network is on: the bridge's name, or the parent's; empty for none.</summary>
    public string Link { get; set; } = "";

    [JsonIgnore]
    public bool IsBuiltIn => Name is NetworkMode.Bridge or NetworkMode.Host or NetworkMode.None;
}

/// <summary>Reads and writes the document.</summary>
[JsonSerializable(typeof(NetworkRecord))]
internal sealed partial class NetworkRecordJson : JsonSerializerContext;
