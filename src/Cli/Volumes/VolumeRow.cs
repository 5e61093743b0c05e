using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Volumes;

/// <summary>A volume in a list.</summary>
internal static class VolumeRow
{
    internal const string Table = "{{.Driver}}\t{{.Name}}";
    internal const string ClusterTable = "{{.Name}}\t{{.Group}}\t{{.Driver}}\t{{.Availability}}\t{{.Status}}";

    private const string None = "N/A";

    internal static IReadOnlyDictionary<string, string> Headings { get; } = new Dictionary<string, string>
    {
        ["Name"] = "VOLUME NAME",
        ["Driver"] = "DRIVER",
        ["Scope"] = "SCOPE",
        ["Availability"] = "AVAILABILITY",
        ["Mountpoint"] = "MOUNTPOINT",
        ["Labels"] = "LABELS",
        ["Links"] = "LINKS",
        ["Size"] = "SIZE",
        ["Group"] = "GROUP",
        ["Status"] = "STATUS",
    };

    internal static FieldRow Of(JsonElement volume) => new("*formatter.volumeContext", new Dictionary<string, Func<object?>>
    {
        ["Name"] = () => volume.Text("Name"),
        ["Driver"] = () => volume.Text("Driver"),
        ["Scope"] = () => volume.Text("Scope"),
        ["Mountpoint"] = () => volume.Text("Mountpoint"),
        ["Labels"] = () => LabelText.Of(volume.Find("Labels")),
        ["Links"] = () => volume.Find("UsageData") is { ValueKind: JsonValueKind.Object } usage ? usage.Find("RefCount").ToString() : None,
        ["Size"] = () => volume.Find("UsageData") is { ValueKind: JsonValueKind.Object } usage ? Words.Size(usage.Number("Size"), 4) : None,
        ["Group"] = () => volume.Find("ClusterVolume") is { ValueKind: JsonValueKind.Object } cluster ? cluster.Find("Spec").Text("Group") : None,
        ["Availability"] = () => volume.Find("ClusterVolume") is { ValueKind: JsonValueKind.Object } cluster ? cluster.Find("Spec").Text("Availability") : None,
        ["Status"] = () => Status(volume.Find("ClusterVolume")),
    }, label => volume.Find("Labels").Text(label));

    private static string Status(JsonElement cluster) =>
        cluster.ValueKind != JsonValueKind.Object ? None
            : cluster.Find("Info").Text("VolumeID").Length == 0 ? "pending creation"
            : cluster.Items("PublishStatus").Any() ? "in use (" + cluster.Items("PublishStatus").Count() + " nodes)"
            : "created";
}
