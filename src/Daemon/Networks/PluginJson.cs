using System.Text.Json.Serialization;

namespace Wharf.Daemon.Networks;

/// <summary>Reads and writes the messages of plug-ins.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PluginActivation))]
[JsonSerializable(typeof(PluginNetwork))]
[JsonSerializable(typeof(PluginEndpoint))]
[JsonSerializable(typeof(PluginEndpointMade))]
[JsonSerializable(typeof(PluginJoined))]
[JsonSerializable(typeof(PluginVolumeRequest))]
[JsonSerializable(typeof(PluginVolumeAnswer))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class PluginJson : JsonSerializerContext;
