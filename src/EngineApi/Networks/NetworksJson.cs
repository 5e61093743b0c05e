using System.Text.Json.Serialization;
using Wharf.EngineApi.Json;

namespace Wharf.EngineApi.Networks;

/// <summary>Reads and writes the documents of the API's networks.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, Converters = [typeof(Int32OrNull), typeof(Int64OrNull), typeof(BooleanOrNull)])]
[JsonSerializable(typeof(NetworkResource))]
[JsonSerializable(typeof(NetworkCreateRequest))]
[JsonSerializable(typeof(NetworkCreateResponse))]
[JsonSerializable(typeof(NetworkConnectRequest))]
[JsonSerializable(typeof(NetworkDisconnectRequest))]
[JsonSerializable(typeof(IReadOnlyList<NetworkResource>))]
[JsonSerializable(typeof(PrunedNetworks))]
public sealed partial class NetworksJson : JsonSerializerContext;
