namespace Wharf.Containerd.Layers;

/// <summary>Names of a layer as paths below its root.</summary>
internal static class EntryPath
{
    /// <summary>Without ".", "..", doubled or leading slashes; empty for the root. A name that leaves the root is an error, not a shorter name.</summary>
    public static string Clean(string name, string what)
    {
        var parts = new List<string>();
        foreach (string part in name.Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case ".." when parts.Count == 0:
                    throw new InvalidDataException($"apply layer: {what} \"{name}\": leaves the root of the layer");
                case "..":
                    parts.RemoveAt(parts.Count - 1);
                    break;
                default:
                    parts.Add(part.Contains('\0', StringComparison.Ordinal) ? throw new InvalidDataException($"apply layer: {what}: name with a NUL byte") : part);
                    break;
            }
        }

        return string.Join('/', parts);
    }

    public static (string Parent, string Name) Split(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? (string.Empty, path) : (path[..slash], path[(slash + 1)..]);
    }
}
