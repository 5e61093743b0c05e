using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Images;

/// <summary>An image under one of its names: a line of the list.</summary>
internal sealed record ImageName(JsonElement Image, string Repository, string Tag, string Digest)
{
    private const string None = "<none>";

    internal static IEnumerable<ImageName> Of(JsonElement image, bool withDigests)
    {
        var digests = new List<(string Repository, string Digest)>();
        foreach (string reference in image.Texts("RepoDigests"))
        {
            int at = reference.IndexOf('@', StringComparison.Ordinal);
            if (at > 0 && reference != "<none>@<none>")
            {
                digests.Add((Familiar(reference[..at]), reference[(at + 1)..]));
            }
        }

        var names = new List<ImageName>();
        foreach (string reference in image.Texts("RepoTags").Where(reference => reference != "<none>:<none>"))
        {
            int colon = reference.LastIndexOf(':');
            string repository = Familiar(colon > 0 ? reference[..colon] : reference);
            string tag = colon > 0 ? reference[(colon + 1)..] : None;
            string[] own = [.. digests.Where(digest => digest.Repository == repository).Select(digest => digest.Digest)];
            names.AddRange(withDigests && own.Length > 0
                ? own.Select(digest => new ImageName(image, repository, tag, digest))
                : [new ImageName(image, repository, tag, None)]);
        }

        HashSet<string> tagged = [.. names.Select(name => name.Repository)];
        foreach (IGrouping<string, (string Repository, string Digest)> rest in digests.Where(digest => !tagged.Contains(digest.Repository)).GroupBy(digest => digest.Repository))
        {
            names.AddRange(withDigests
                ? rest.Select(digest => new ImageName(image, rest.Key, None, digest.Digest))
                : [new ImageName(image, rest.Key, None, None)]);
        }

        return names.Count > 0 ? names : [new ImageName(image, None, None, None)];
    }

    private static string Familiar(string repository)
    {
        const string hub = "docker.io/";
        const string library = "library/";
        if (!repository.StartsWith(hub, StringComparison.Ordinal))
        {
            return repository;
        }

        string rest = repository[hub.Length..];
        return rest.StartsWith(library, StringComparison.Ordinal) && rest.IndexOf('/', library.Length) < 0 ? rest[library.Length..] : rest;
    }
}
