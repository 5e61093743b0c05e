using System.Globalization;
using System.Text.Json;
using Wharf.Cli.Containers;
using Wharf.Cli.Output;

namespace Wharf.Cli.CommandLine;

/// <summary>A value of --gpus: "all", a count, or fields device=, count=, driver=, capabilities=, options=.</summary>
internal sealed class GpuRequest
{
    private long count;
    private string driver = "";
    private string[] devices = [];
    private string[] capabilities = ["gpu"];
    private IReadOnlyDictionary<string, string> options = new Dictionary<string, string>();

    /// <summary>Null, with the reason, when it is none.</summary>
    internal static GpuRequest? Parse(string text, out string? refusal)
    {
        var request = new GpuRequest();
        var seen = new HashSet<string>();
        foreach (string field in CommaList.Split(text))
        {
            string[] parts = field.Split('=', 2);
            string key = parts.Length == 1 ? "count" : parts[0];
            if (!seen.Add(key))
            {
                refusal = $"gpu request key '{key}' can be specified only once";
                return null;
            }

            refusal = request.Take(key, parts[^1], field);
            if (refusal is not null)
            {
                return null;
            }
        }

        if (!seen.Contains("count") && request.devices.Length == 0)
        {
            request.count = 1;
        }

        refusal = null;
        return request;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("Driver", driver);
        writer.WriteNumber("Count", count);
        if (devices.Length > 0)
        {
            writer.WriteTexts("DeviceIDs", devices);
        }

        writer.WriteStartArray("Capabilities");
        writer.WriteStartArray();
        foreach (string capability in capabilities)
        {
            writer.WriteStringValue(capability);
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
        writer.WriteMap("Options", options);
        writer.WriteEndObject();
    }

    private string? Take(string key, string value, string field)
    {
        switch (key)
        {
            case "driver":
                driver = value;
                return null;
            case "count":
                bool isNumber = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out count);
                count = value == "all" ? -1 : count;
                return isNumber || value == "all" ? null : $"invalid count ({value}): value must be either \"all\" or an integer: invalid syntax";
            case "device":
                devices = value.Split(',');
                return null;
            case "capabilities":
                capabilities = [.. value.Split(','), "gpu"];
                return null;
            case "options":
                options = Variables.Map(CommaList.Split(value));
                return null;
            default:
                return $"unexpected key '{key}' in '{field}'";
        }
    }
}
