using System.Text.Json.Serialization;

namespace Wharf.Daemon.Security;

/// <summary>Reads the profile.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SeccompDocument))]
internal sealed partial class SeccompDocumentJson : JsonSerializerContext;
