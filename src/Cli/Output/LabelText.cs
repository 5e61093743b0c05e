using System.Text.Json;

namespace Wharf.Cli.Output;

/// <summary>Labels in one cell: name=value, sorted, commas between.</summary>
internal static class LabelText
{
    internal static string Of(JsonElement labels) =>
        string.Join(',', labels.Properties().OrderBy(label => label.Name, StringComparer.Ordinal).Select(label => $"{label.Name}={label.Value}"));
}
