using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Images;

/// <summary><c>POST /images/prune</c>.</summary>
public sealed record PrunedImages
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<DeletedImage>? ImagesDeleted { get; init; }

    public required long SpaceReclaimed { get; init; }
}
