using System.Text;
using System.Text.Json.Nodes;

namespace Wharf.Libcontainer.Tests.Validation;

/// <summary>
/// A config.json with one mistake, and the place that an error must name. All that there is follows from a seed; the document that is
/// changed has every property of the specification, each with a value that is right.
/// </summary>
public sealed record MalformedDocument(byte[] Bytes, string Place, string Mistake)
{
    private static readonly string Full = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Validation", "full-config.json"));

    // Texts that no part of the runtime gives to the kernel.
    private static readonly string[] Opaque = ["annotations.key", "linux.seccomp.listenerMetadata"];

    public static byte[] Valid => Encoding.UTF8.GetBytes(Full);

    public static MalformedDocument Of(Random random)
    {
        JsonNode document = JsonNode.Parse(Full)!;
        (string Place, JsonNode Node)[] places = [.. Places(document, string.Empty).Where(one => one.Place.Length > 0)];
        while (true)
        {
            (string place, JsonNode node) = places[random.Next(places.Length)];
            MalformedDocument? made = random.Next(6) switch
            {
                0 or 1 => OtherKind(document, place, node, random),
                2 => OutOfRange(document, place, node, random),
                3 => BrokenText(document, place, node, random),
                4 => NullElement(document, place, node),
                _ => KnownMistakes.Make(document, random),
            };
            if (made is not null)
            {
                return made;
            }
        }
    }

    internal static MalformedDocument From(JsonNode document, string place, string mistake) => new(Encoding.UTF8.GetBytes(document.ToJsonString()), place, mistake);

    private static IEnumerable<(string Place, JsonNode Node)> Places(JsonNode node, string place)
    {
        yield return (place, node);
        IEnumerable<(string, JsonNode)> below = node switch
        {
            JsonObject map => map.SelectMany(pair => Places(pair.Value!, place.Length == 0 ? pair.Key : $"{place}.{pair.Key}")),
            JsonArray list => list.SelectMany((one, index) => Places(one!, $"{place}[{index}]")),
            _ => [],
        };
        foreach ((string, JsonNode) one in below)
        {
            yield return one;
        }
    }

    private static MalformedDocument OtherKind(JsonNode document, string place, JsonNode node, Random random)
    {
        string[] values = ["\"text\"", "17", "-3", "true", "[]", "[[[1]]]", "{}", "{\"a\":{\"b\":[null]}}"];
        string value;
        do
        {
            value = values[random.Next(values.Length)];
        }
        while (JsonNode.Parse(value)!.GetValueKind() is var kind && (kind == node.GetValueKind() || (kind is System.Text.Json.JsonValueKind.True && node.GetValueKind() is System.Text.Json.JsonValueKind.False)));
        node.ReplaceWith(JsonNode.Parse(value));
        return From(document, place, $"{value} in its place");
    }

    private static MalformedDocument? OutOfRange(JsonNode document, string place, JsonNode node, Random random)
    {
        if (node.GetValueKind() != System.Text.Json.JsonValueKind.Number)
        {
            return null;
        }

        string[] values = ["1.5", "1e400", "123456789012345678901234567890", "-123456789012345678901234567890", "-1e-3"];
        string value = values[random.Next(values.Length)];
        node.ReplaceWith("@@");
        return new(Encoding.UTF8.GetBytes(document.ToJsonString().Replace("\"@@\"", value, StringComparison.Ordinal)), place, $"{value} in its place");
    }

    private static MalformedDocument? BrokenText(JsonNode document, string place, JsonNode node, Random random)
    {
        if (node.GetValueKind() != System.Text.Json.JsonValueKind.String)
        {
            return null;
        }

        bool opaque = Opaque.Contains(place);
        byte[][] pieces = [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], "\\ud800"u8.ToArray(), "\\q"u8.ToArray(), "\n"u8.ToArray(), .. opaque ? Array.Empty<byte[]>() : ["\\u0000"u8.ToArray()]];
        byte[] piece = pieces[random.Next(pieces.Length)];
        node.ReplaceWith("@@");
        byte[] bytes = Encoding.UTF8.GetBytes(document.ToJsonString());
        int at = bytes.AsSpan().IndexOf("@@"u8);
        return new([.. bytes[..at], .. "/a"u8, .. piece, .. bytes[(at + 2)..]], place, $"text with {Convert.ToHexString(piece)}");
    }

    private static MalformedDocument? NullElement(JsonNode document, string place, JsonNode node)
    {
        switch (node)
        {
            case JsonArray list:
                list.Add(null);
                return From(document, $"{place}[{list.Count - 1}]", "null in an array");
            case JsonObject map when place is "annotations" or "linux.sysctl" or "linux.netDevices" or "linux.timeOffsets" or "linux.resources.unified" or "linux.resources.rdma":
                map.Add("added", null);
                return From(document, place + ".added", "null in a map");
            default:
                return null;
        }
    }
}
