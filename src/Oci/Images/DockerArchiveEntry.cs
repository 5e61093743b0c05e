using System.Text.Json.Serialization;

namespace Wharf.Oci.Images;

/// <summary>One image of an archive of docker save: an element of its <c>manifest.json</c>.</summary>
public sealed record DockerArchiveEntry
{
    /// <summary>The name of the file in the archive that has the image's configuration.</summary>
    [JsonPropertyName("Config")]
    public required string Config { get; init; }

    /// <summary>The short references that the image has; null, and written so, when it has none.</summary>
    [JsonPropertyName("RepoTags")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary>The names of the files in the archive that have the layers, the lowest first.</summary>
    [JsonPropertyName("Layers")]
    public required IReadOnlyList<string> Layers { get; init; }
}
