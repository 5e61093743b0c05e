using System.Text.Json.Serialization;

namespace Wharf.Daemon.Images;

/// <summary>One entry of <c>manifest.json</c> in an archive of docker save.</summary>
internal sealed record SavedImage
{
    [JsonPropertyName("Config")]
    public required string Config { get; init; }

    [JsonPropertyName("RepoTags")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? RepoTags { get; init; }

    [JsonPropertyName("Layers")]
    public required IReadOnlyList<string> Layers { get; init; }
}
