using System.Text.Json.Serialization;

namespace Wharf.Daemon.Configuration;

[JsonSerializable(typeof(ConfigFile))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
