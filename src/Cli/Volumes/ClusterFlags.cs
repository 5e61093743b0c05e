using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Output;

namespace Wharf.Cli.Volumes;

/// <summary>Flags of volumes of a swarm: an engine that is in one takes them, another refuses.</summary>
internal static class ClusterFlags
{
    internal static IReadOnlyList<Flag> Create { get; } =
    [
        new("availability", '\0', FlagType.Text, "Cluster Volume availability (\"active\", \"pause\", \"drain\")", "active") { Since = Commands.VolumeCommands.NewVolumes },
        new("group", '\0', FlagType.Text, "Cluster Volume group (cluster volumes)") { Since = Commands.VolumeCommands.NewVolumes },
        new("limit-bytes", '\0', FlagType.Bytes, "Minimum size of the Cluster Volume in bytes") { Since = Commands.VolumeCommands.NewVolumes },
        new("required-bytes", '\0', FlagType.Bytes, "Maximum size of the Cluster Volume in bytes") { Since = Commands.VolumeCommands.NewVolumes },
        new("scope", '\0', FlagType.Text, "Cluster Volume access scope (\"single\", \"multi\")", "single") { Since = Commands.VolumeCommands.NewVolumes },
        new("secret", '\0', FlagType.Map, "Cluster Volume secrets", "map[]") { Since = Commands.VolumeCommands.NewVolumes },
        new("sharing", '\0', FlagType.Text, "Cluster Volume access sharing (\"none\", \"readonly\", \"onewriter\", \"all\")", "none") { Since = Commands.VolumeCommands.NewVolumes },
        new("topology-preferred", '\0', FlagType.List, "A topology that the Cluster Volume would be preferred in") { Since = Commands.VolumeCommands.NewVolumes },
        new("topology-required", '\0', FlagType.List, "A topology that the Cluster Volume must be accessible from") { Since = Commands.VolumeCommands.NewVolumes },
        new("type", '\0', FlagType.Text, "Cluster Volume access type (\"mount\", \"block\")", "block") { Since = Commands.VolumeCommands.NewVolumes },
    ];

    private static readonly string[] Deciding = ["group", "scope", "sharing", "availability", "type", "secret", "limit-bytes", "required-bytes"];

    internal static void Write(Utf8JsonWriter writer, FlagValues flags)
    {
        if (!Deciding.Any(flags.Has))
        {
            return;
        }

        writer.WriteStartObject("ClusterVolumeSpec");
        writer.WriteTextIf("Group", flags.Text("group"));
        writer.WriteStartObject("AccessMode");
        writer.WriteString("Scope", flags.Text("scope", "single"));
        writer.WriteString("Sharing", flags.Text("sharing", "none"));
        writer.WriteStartObject(flags.Text("type", "block") == "mount" ? "MountVolume" : "BlockVolume");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("CapacityRange");
        writer.WriteNumber("RequiredBytes", flags.Bytes("required-bytes"));
        writer.WriteNumber("LimitBytes", flags.Bytes("limit-bytes"));
        writer.WriteEndObject();
        writer.WriteStartArray("Secrets");
        foreach ((string key, string secret) in Variables.Map(flags.All("secret")).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("Key", key);
            writer.WriteString("Secret", secret);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("AccessibilityRequirements");
        WriteTopologies(writer, "Requisite", flags.All("topology-required"));
        WriteTopologies(writer, "Preferred", flags.All("topology-preferred"));
        writer.WriteEndObject();
        writer.WriteString("Availability", flags.Text("availability", "active"));
        writer.WriteEndObject();
    }

    private static void WriteTopologies(Utf8JsonWriter writer, string name, IEnumerable<string> topologies)
    {
        writer.WriteStartArray(name);
        foreach (string topology in topologies)
        {
            writer.WriteStartObject();
            writer.WriteMap("Segments", Variables.Map(topology.Split(',')));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
