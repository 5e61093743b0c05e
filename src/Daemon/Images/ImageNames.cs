using System.Globalization;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>The names of an image as the API lists them.</summary>
internal static class ImageNames
{
    public static IReadOnlyList<string> Tags(IEnumerable<ImageRecord> records) =>
        [.. References(records).Where(reference => reference.Tag is not null).Select(reference => reference.Familiar).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> Digests(IEnumerable<ImageRecord> records) =>
    [
        .. records
            .Where(record => !record.IsDangling)
            .Select(record => ImageReference.TryParse(record.Name, out ImageReference? reference) ? $"{reference.FamiliarName}@{record.Target.Digest}" : null)
            .OfType<string>()
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    public static IEnumerable<ImageReference> References(IEnumerable<ImageRecord> records)
    {
        foreach (ImageRecord record in records)
        {
            if (!record.IsDangling && ImageReference.TryParse(record.Name, out ImageReference? reference))
            {
                yield return reference;
            }
        }
    }

    /// <summary>RFC 3339 in UTC, with as many fractions as there are.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
