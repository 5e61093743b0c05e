using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Networks;

/// <summary>A network in a list.</summary>
internal static class NetworkRow
{
    internal static IReadOnlyDictionary<string, string> Headings { get; } = new Dictionary<string, string>
    {
        ["ID"] = "NETWORK ID",
        ["Name"] = "NAME",
        ["Driver"] = "DRIVER",
        ["Scope"] = "SCOPE",
        ["IPv4"] = "IPV4",
        ["IPv6"] = "IPV6",
        ["Internal"] = "INTERNAL",
        ["Labels"] = "LABELS",
        ["CreatedAt"] = "CREATED AT",
    };

    internal static FieldRow Of(JsonElement network, bool full) => new("*network.networkContext", new Dictionary<string, Func<object?>>
    {
        ["ID"] = () => full ? network.Text("Id") : Words.ShortId(network.Text("Id")),
        ["Name"] = () => network.Text("Name"),
        ["Driver"] = () => network.Text("Driver"),
        ["Scope"] = () => network.Text("Scope"),
        ["IPv4"] = () => network.Find("EnableIPv4").ValueKind == JsonValueKind.True ? "true" : "false",
        ["IPv6"] = () => network.Is("EnableIPv6") ? "true" : "false",
        ["Internal"] = () => network.Is("Internal") ? "true" : "false",
        ["Labels"] = () => LabelText.Of(network.Find("Labels")),
        ["CreatedAt"] = () => Words.GoStamp(network.Text("Created")),
    }, label => network.Find("Labels").Text(label));
}
