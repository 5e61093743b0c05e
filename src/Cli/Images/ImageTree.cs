using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Images;

/// <summary>Images with the platforms that each of them has: what they take on the disk, and what of it is content as the registry has it.</summary>
internal static class ImageTree
{
    internal static string Draw(IEnumerable<JsonElement> images)
    {
        var rows = new List<string> { "IMAGE\tID\tDISK USAGE\tCONTENT SIZE\tEXTRA" };
        foreach (JsonElement image in images)
        {
            JsonElement[] platforms = [.. image.Items("Manifests").Where(manifest => manifest.Text("Kind") == "image" && manifest.Is("Available"))];
            long content = platforms.Sum(manifest => manifest.Find("Size").Number("Content"));
            bool used = image.Number("Containers") > 0 || platforms.Any(InUse);
            string[] names = [.. image.Texts("RepoTags").Where(name => name != "<none>:<none>")];
            rows.Add($"{(names.Length > 0 ? names[0] : "<untagged>")}\t{Words.ShortId(image.Text("Id"))}\t{Words.Size(image.Number("Size"))}\t{(platforms.Length > 0 ? Words.Size(content) : "")}\t{(used ? "U" : "")}");
            foreach (string name in names.Skip(1))
            {
                rows.Add($"{name}\t\t\t\t");
            }

            for (int index = 0; index < platforms.Length; index++)
            {
                JsonElement manifest = platforms[index];
                string branch = index == platforms.Length - 1 ? "└─" : "├─";
                rows.Add($"{branch} {Platform(manifest.Find("ImageData").Find("Platform"))}\t{Words.ShortId(manifest.Text("ID"))}\t{Words.Size(manifest.Find("Size").Number("Total"))}\t{Words.Size(manifest.Find("Size").Number("Content"))}\t{(InUse(manifest) ? "U" : "")}");
            }
        }

        return Table.Format(rows);
    }

    private static bool InUse(JsonElement manifest) => manifest.Find("ImageData").Items("Containers").Any();

    private static string Platform(JsonElement platform) =>
        string.Join('/', new[] { platform.Text("os"), platform.Text("architecture"), platform.Text("variant") }.Where(part => part.Length > 0));
}
