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

    /// <summary>The registry's host.</summary>
    internal static string Registry(string reference)
    {
        int slash = reference.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : reference[..slash];
        return first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost" ? first : "docker.io";
    }
}
