namespace Wharf.EngineApi.Images;

/// <summary>One step of <c>GET /images/{name}/history</c>, the newest first.</summary>
public sealed record ImageHistoryItem
{
    public required string Id { get; init; }

    public required long Created { get; init; }

    public required string CreatedBy { get; init; }

    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? Tags { get; init; }

    public required long Size { get; init; }

    public required string Comment { get; init; }
}
