using Wharf.Oci.References;

namespace Wharf.Containerd.Transfers;

/// <summary>Labels that say from which repositories of a registry a blob came: a push of it to another one there need not send it.</summary>
internal static class Origins
{
    private const string Source = "containerd.io/distribution.source.";

    private const int LongestList = 2048;

    public static string Label(ImageReference reference) => Source + reference.Domain;

    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, string> labels, ImageReference target) =>
        labels.TryGetValue(Label(target), out string? names) ? names.Split(',', StringSplitOptions.RemoveEmptyEntries) : [];

    /// <summary>The label's value with one repository more; when it grows too long, with that one alone.</summary>
    public static string With(string? names, string repository)
    {
        string all = string.Join(',', $"{names}".Split(',', StringSplitOptions.RemoveEmptyEntries).Append(repository).Distinct().Order(StringComparer.Ordinal));
        return all.Length > LongestList ? repository : all;
    }
}
