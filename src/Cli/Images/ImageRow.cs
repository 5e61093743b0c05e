using System.Globalization;
using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Images;

/// <summary>An image in a list.</summary>
internal static class ImageRow
{
    internal static IReadOnlyDictionary<string, string> Headings { get; } = new Dictionary<string, string>
    {
        ["ID"] = "IMAGE ID",
        ["Repository"] = "REPOSITORY",
        ["Tag"] = "TAG",
        ["Digest"] = "DIGEST",
        ["CreatedSince"] = "CREATED",
        ["CreatedAt"] = "CREATED AT",
        ["Size"] = "SIZE",
        ["Containers"] = "CONTAINERS",
        ["VirtualSize"] = "SIZE",
        ["SharedSize"] = "SHARED SIZE",
        ["UniqueSize"] = "UNIQUE SIZE",
    };

    internal static FieldRow Of(ImageName name, bool full)
    {
        JsonElement image = name.Image;
        DateTimeOffset created = DateTimeOffset.FromUnixTimeSeconds(image.Number("Created"));
        return new FieldRow("*formatter.imageContext", new Dictionary<string, Func<object?>>
        {
            ["ID"] = () => Id(name, full),
            ["Repository"] = () => name.Repository,
            ["Tag"] = () => name.Tag,
            ["Digest"] = () => name.Digest,
            ["CreatedSince"] = () => created.ToUnixTimeSeconds() <= 0 ? "N/A" : Words.Ago(created, DateTimeOffset.UtcNow),
            ["CreatedAt"] = () => Words.GoTime(created),
            ["Size"] = () => Words.Size(image.Number("Size")),
            ["Containers"] = () => image.Number("Containers", -1) is >= 0 and var count ? count.ToString(CultureInfo.InvariantCulture) : "N/A",
            ["VirtualSize"] = () => Words.Size(image.Number("Size"), 4),
            ["SharedSize"] = () => image.Number("SharedSize", -1) is >= 0 and var shared ? Words.Size(shared, 4) : "N/A",
            ["UniqueSize"] = () => image.Number("SharedSize", -1) is >= 0 and var shared ? Words.Size(image.Number("Size") - shared, 4) : "N/A",
        });
    }

    internal static string Id(ImageName name, bool full) => full ? name.Image.Text("Id") : Words.ShortId(name.Image.Text("Id"));
}
