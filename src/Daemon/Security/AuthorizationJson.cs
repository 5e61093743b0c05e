using System.Text.Json.Serialization;

namespace Wharf.Daemon.Security;

/// <summary>Reads and writes the documents of the plugins' protocol.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(AuthorizationRequest))]
[JsonSerializable(typeof(AuthorizationAnswer))]
internal sealed partial class AuthorizationJson : JsonSerializerContext;
