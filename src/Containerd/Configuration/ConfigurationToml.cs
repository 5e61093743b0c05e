using Tomlyn.Model;
using Tomlyn.Serialization;

namespace Wharf.Containerd.Configuration;

/// <summary>Reads configuration files as tables.</summary>
[TomlSerializable(typeof(TomlTable))]
internal sealed partial class ConfigurationToml : TomlSerializerContext;
