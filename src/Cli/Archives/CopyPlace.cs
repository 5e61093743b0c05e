using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Archives;

/// <summary>One end of a copy.</summary>
/// <param name="Path">As it was named, a trailing slash or "/." kept.</param>
/// <param name="Exists">Whether something is there.</param>
/// <param name="IsFolder">Whether that is a folder.</param>
internal sealed record CopyPlace(string Path, bool Exists, bool IsFolder)
{
    /// <summary>What a copied link is called when what it leads to is copied in its place; else empty.</summary>
    internal string Renamed { get; init; } = "";

    private bool AssertsFolder => Path.EndsWith('/') || Path == "." || Path.EndsWith("/.", StringComparison.Ordinal);

    /// <summary>The folder above and the last name; "." when the path itself ends so.</summary>
    internal static (string Folder, string Name) Split(string path)
    {
        string clean = Clean(path);
        if (path.EndsWith("/.", StringComparison.Ordinal) || path == ".")
        {
            return (clean, ".");
        }

        int slash = clean.LastIndexOf('/');
        return slash < 0 ? (".", clean) : (slash == 0 ? "/" : clean[..slash], clean[(slash + 1)..]);
    }

    /// <summary>Where an archive of the source is unpacked for this destination, and what its first name becomes; null: stays.</summary>
    internal (string Folder, (string From, string To)? Rename) Receive(CopyPlace source)
    {
        (string folder, string name) = Split(Path);
        string from = source.Renamed.Length > 0 ? source.Renamed : Split(source.Path).Name;
        return Exists && IsFolder ? (Path, null)
            : Exists && source.IsFolder ? throw new CommandException("cannot copy directory")
            : Exists || source.IsFolder ? (folder, (from, name))
            : AssertsFolder ? throw new CommandException("no such directory")
            : (folder, (from, name));
    }

    /// <summary>The entry's name with the first part exchanged.</summary>
    internal static string Rename(string entry, (string From, string To)? rename)
    {
        if (rename is not { } pair || pair.From == pair.To)
        {
            return entry;
        }

        string trimmed = entry.StartsWith("./", StringComparison.Ordinal) && pair.From != "." ? entry[2..] : entry;
        return trimmed == pair.From || trimmed == pair.From + "/" || trimmed.StartsWith(pair.From + "/", StringComparison.Ordinal) ? pair.To + trimmed[pair.From.Length..] : trimmed;
    }

    private static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            if (part == ".." && (parts.Count > 0 ? parts[^1] != ".." : path.StartsWith('/')))
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else
            {
                parts.Add(part);
            }
        }

        string joined = string.Join('/', parts);
        return path.StartsWith('/') ? "/" + joined : joined.Length > 0 ? joined : ".";
    }
}
