using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Wharf.Oci.Digests;

namespace Wharf.Oci.References;

/// <summary>
/// An image's name with docker's normalisation: <c>busybox</c> is <c>docker.io/library/busybox:latest</c>.
/// Grammar: distribution-spec, "Pulling manifests", and the reference grammar of docker.
/// </summary>
public sealed partial record ImageReference
{
    public const string DefaultDomain = "docker.io";
    private const string OfficialPrefix = "library/";
    private const int LongestName = 255;

    private ImageReference(string domain, string path, string? tag, Digest? digest)
    {
        Domain = domain;
        Path = path;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host and port of the registry, as the user names it (<c>docker.io</c> for Docker Hub).</summary>
    public string Domain { get; }

    /// <summary>The repository's path below the registry, such as <c>library/busybox</c>.</summary>
    public string Path { get; }

    public string? Tag { get; }

    public Digest? Digest { get; }

    /// <summary>Domain and path: <c>docker.io/library/busybox</c>.</summary>
    public string Name => $"{Domain}/{Path}";

    /// <summary>The name as docker shows it: <c>busybox</c>, <c>quay.io/a/b</c>.</summary>
    public string FamiliarName =>
        Domain != DefaultDomain ? Name
        : Path.StartsWith(OfficialPrefix, StringComparison.Ordinal) && !Path.AsSpan(OfficialPrefix.Length).Contains('/') ? Path[OfficialPrefix.Length..]
        : Path;

    /// <summary>The whole reference as docker shows it.</summary>
    public string Familiar => FamiliarName + Suffix;

    public bool IsNameOnly => Tag is null && Digest is null;

    private string Suffix => (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");

    /// <exception cref="FormatException">In docker's words, "invalid reference format" first.</exception>
    public static ImageReference Parse(string text) =>
        Read(text, out string? fault) ?? throw new FormatException(fault);

    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference) =>
        (reference = Read(text, out _)) is not null;

    /// <summary>Itself with the tag <c>latest</c> when it has neither tag nor digest.</summary>
    public ImageReference OrLatest() => IsNameOnly ? WithTag("latest") : this;

    /// <exception cref="FormatException">"invalid tag format"</exception>
    public ImageReference WithTag(string tag) =>
        TagGrammar().IsMatch(tag) ? new(Domain, Path, tag, null) : throw new FormatException("invalid tag format");

    public ImageReference WithDigest(Digest digest) => new(Domain, Path, null, digest);

    public ImageReference WithoutTag() => new(Domain, Path, null, Digest);

    /// <summary>The normalised reference, as image stores name images.</summary>
    public override string ToString() => Name + Suffix;

    private static ImageReference? Read(string text, out string? fault)
    {
        if (Identifier().IsMatch(text))
        {
            fault = $"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings";
            return null;
        }

        fault = "invalid reference format";
        (string domain, string remainder) = SplitDomain(text);
        string path = remainder;
        Digest? digest = null;
        if (path.IndexOf('@', StringComparison.Ordinal) is var at and >= 0)
        {
            if (!Digest.TryParse(path[(at + 1)..], out digest))
            {
                return null;
            }

            path = path[..at];
        }

        string? tag = null;
        if (path.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0)
        {
            tag = path[(colon + 1)..];
            path = path[..colon];
            if (!TagGrammar().IsMatch(tag))
            {
                return null;
            }
        }

        if (path.Any(char.IsAsciiLetterUpper) && PathGrammar().IsMatch(path.ToLowerInvariant()))
        {
            fault = $"invalid reference format: repository name ({path}) must be lowercase";
            return null;
        }

        if (!DomainGrammar().IsMatch(domain) || !PathGrammar().IsMatch(path))
        {
            return null;
        }

        if (domain.Length + 1 + path.Length > LongestName)
        {
            fault = $"repository name must not be more than {LongestName} characters";
            return null;
        }

        fault = null;
        return new ImageReference(domain, path, tag, digest);
    }

    /// <summary>The first component is a registry when it looks like a host: a dot, a port, "localhost", or an upper-case letter.</summary>
    private static (string Domain, string Remainder) SplitDomain(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : text[..slash];
        bool isHost = slash >= 0 && (first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper));
        (string domain, string remainder) = isHost ? (first, text[(slash + 1)..]) : (DefaultDomain, text);
        if (domain == "index.docker.io")
        {
            domain = DefaultDomain;
        }

        return domain == DefaultDomain && !remainder.Contains('/', StringComparison.Ordinal) ? (domain, OfficialPrefix + remainder) : (domain, remainder);
    }

    [GeneratedRegex(@"\A[a-f0-9]{64}\z")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\A(?:\[[a-fA-F0-9:]+\]|(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*)(?::[0-9]+)?\z")]
    private static partial Regex DomainGrammar();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex PathGrammar();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagGrammar();
}
