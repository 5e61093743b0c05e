using System.Globalization;

namespace Wharf.Harness;

/// <summary>A request that a <see cref="ScriptedRegistry"/> got.</summary>
public sealed record ScriptedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    /// <summary>The first byte that a Range header asks for.</summary>
    public int? RangeStart =>
        Headers.GetValueOrDefault("Range") is { } range && range.StartsWith("bytes=", StringComparison.Ordinal)
            ? int.Parse(range["bytes=".Length..].Split('-')[0], CultureInfo.InvariantCulture)
            : null;

    public bool IsBlob => Path.Contains("/blobs/", StringComparison.Ordinal);

    public bool IsManifest => Path.Contains("/manifests/", StringComparison.Ordinal);
}
