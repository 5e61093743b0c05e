using System.Text.Json.Serialization;

namespace Wharf.Daemon.Volumes;

/// <summary>What is kept of a volume: volumes/NAME/volume.json.</summary>
internal sealed record VolumeDocument
{
    public string Name { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    public string Driver { get; set; } = VolumeTable.Local;

    /// <summary>Where its plug-in said that it is; empty for the local driver.</summary>
    public string Mountpoint { get; set; } = "";

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public IReadOnlyDictionary<string, string>? Options { get; set; }
}

/// <summary>Reads and writes the document.</summary>
[JsonSerializable(typeof(VolumeDocument))]
internal sealed partial class VolumeDocumentJson : JsonSerializerContext;
