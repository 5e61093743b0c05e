using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Containers;

/// <summary>A container in a list.</summary>
internal static class ContainerRow
{
    internal static IReadOnlyDictionary<string, string> Headings { get; } = new Dictionary<string, string>
    {
        ["ID"] = "CONTAINER ID",
        ["Names"] = "NAMES",
        ["Image"] = "IMAGE",
        ["Command"] = "COMMAND",
        ["CreatedAt"] = "CREATED AT",
        ["RunningFor"] = "CREATED",
        ["Ports"] = "PORTS",
        ["State"] = "STATE",
        ["Status"] = "STATUS",
        ["Size"] = "SIZE",
        ["Labels"] = "LABELS",
        ["Mounts"] = "MOUNTS",
        ["LocalVolumes"] = "LOCAL VOLUMES",
        ["Networks"] = "NETWORKS",
        ["Platform"] = "PLATFORM",
    };

    /// <param name="container">As the engine lists it.</param>
    /// <param name="full">Whether nothing is cut.</param>
    /// <param name="ownSizeOnly">Whether the size of the image is left out of the size.</param>
    internal static FieldRow Of(JsonElement container, bool full, bool ownSizeOnly = false) => new(
        "*formatter.ContainerContext",
        new Dictionary<string, Func<object?>>
        {
            ["ID"] = () => full ? container.Text("Id") : Words.ShortId(container.Text("Id")),
            ["Names"] = () => Names(container, full),
            ["Image"] = () => Image(container, full),
            ["Command"] = () => GoQuote.Of(full ? container.Text("Command") : Words.Shorten(container.Text("Command"), 20)),
            ["CreatedAt"] = () => Words.GoTime(Created(container)),
            ["RunningFor"] = () => Words.Ago(Created(container), DateTimeOffset.UtcNow),
            ["Ports"] = () => PortList.Of(container.Items("Ports")),
            ["State"] = () => container.Text("State"),
            ["Status"] = () => container.Text("Status"),
            ["Size"] = () => ownSizeOnly ? Words.Size(container.Number("SizeRw")) : Size(container),
            ["Labels"] = () => string.Join(',', container.Find("Labels").Properties().Select(label => $"{label.Name}={label.Value}").Order(StringComparer.Ordinal)),
            ["Mounts"] = () => string.Join(',', Mounts(container).Select(name => full ? name : Words.Shorten(name, 15))),
            ["LocalVolumes"] = () => container.Items("Mounts").Count(mount => mount.Text("Driver") == "local").ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Networks"] = () => string.Join(',', container.Find("NetworkSettings").Find("Networks").Properties().Select(network => network.Name)),
            ["Platform"] = () => null,
        },
        label => container.Find("Labels").Text(label));

    private static DateTimeOffset Created(JsonElement container) => DateTimeOffset.FromUnixTimeSeconds(container.Number("Created"));

    private static string Names(JsonElement container, bool full)
    {
        IEnumerable<string> names = container.Texts("Names").Select(name => name.StartsWith('/') ? name[1..] : name);

        // Names with a slash inside are links of other containers.
        return string.Join(',', full ? names : names.Where(name => !name.Contains('/', StringComparison.Ordinal)));
    }

    private static string Image(JsonElement container, bool full)
    {
        string image = container.Text("Image");
        if (image.Length == 0)
        {
            return "<no image>";
        }

        if (full)
        {
            return image;
        }

        if (Words.ShortId(container.Text("ImageID")) is { Length: 12 } id && id == Words.ShortId(image))
        {
            return id;
        }

        int digest = image.IndexOf('@', StringComparison.Ordinal);
        return digest > 0 && image.LastIndexOf(':', digest) > image.LastIndexOf('/', digest) ? image[..digest] : image;
    }

    private static string Size(JsonElement container)
    {
        string own = Words.Size(container.Number("SizeRw"));
        long whole = container.Number("SizeRootFs");
        return whole > 0 ? $"{own} (virtual {Words.Size(whole)})" : own;
    }

    private static IEnumerable<string> Mounts(JsonElement container) =>
        container.Items("Mounts").Select(mount => mount.Text("Name") is { Length: > 0 } name ? name : mount.Text("Source"));
}
