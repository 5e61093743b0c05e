using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Networks;

/// <summary>Reads and writes the documents of the API's networks.</summary>
[JsonSerializable(typeof(NetworkResource))]
[JsonSerializable(typeof(IReadOnlyList<NetworkResource>))]
[JsonSerializable(typeof(PrunedNetworks))]
public sealed partial class NetworksJson : JsonSerializerContext;
