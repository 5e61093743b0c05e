namespace Wharf.Cli.Images;

/// <summary>Names of images as users write them.</summary>
internal static class ImageReference
{
    /// <summary>The name and its tag or digest; an empty tag when there is neither.</summary>
    internal static (string Name, string Tag) Split(string reference)
    {
        int at = reference.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            return (Split(reference[..at]).Name, reference[(at + 1)..]);
        }

        int colon = reference.LastIndexOf(':');
        return colon > reference.LastIndexOf('/') ? (reference[..colon], reference[(colon + 1)..]) : (reference, "");
    }

    internal static string WithTag(string reference) =>
        reference.Contains('@', StringComparison.Ordinal) || Split(reference).Tag.Length > 0 ? reference : reference + ":latest";

    /// <summary>Refuses what no engine takes, before anything is asked of one.</summary>
    internal static void Check(string reference)
    {
        string name = Split(reference).Name;
        string path = Registry(reference) is var registry && registry != "docker.io" ? name[(registry.Length + 1)..] : Canonical(name)["docker.io/".Length..];
        if (path.Any(char.IsAsciiLetterUpper))
        {
            throw new CommandLine.CommandException($"invalid reference format: repository name ({path}) must be lowercase");
        }

        if (reference.Length == 0 || reference.Any(letter => char.IsWhiteSpace(letter) || letter is '"' or '?' or '#' or '\\' || letter > '~') || path.Length == 0 || name.EndsWith('/') || name.EndsWith(':'))
        {
            throw new CommandLine.CommandException("invalid reference format");
        }
    }

    /// <summary>With the registry and the folder that a short name leaves out.</summary>
    internal static string Canonical(string reference)
    {
        if (Registry(reference) is var registry && registry != "docker.io")
        {
            return reference;
        }

        string path = reference.StartsWith("docker.io/", StringComparison.Ordinal) ? reference["docker.io/".Length..] : reference;
        return path.Contains('/', StringComparison.Ordinal) ? $"docker.io/{path}" : $"docker.io/library/{path}";
    }

    /// <summary>The registry's host.</summary>
    internal static string Registry(string reference)
    {
        int slash = reference.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : reference[..slash];
        return first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost" ? first : "docker.io";
    }
}
