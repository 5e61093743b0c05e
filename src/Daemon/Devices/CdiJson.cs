using System.Text.Json.Serialization;

namespace Wharf.Daemon.Devices;

/// <summary>Reads descriptions of devices.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CdiSpec))]
internal sealed partial class CdiJson : JsonSerializerContext;
