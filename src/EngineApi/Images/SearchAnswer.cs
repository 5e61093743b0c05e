namespace Wharf.EngineApi.Images;

/// <summary>What an index answers: its v1 API, GET /v1/search.</summary>
public sealed record SearchAnswer
{
    public IReadOnlyList<SearchResult>? results { get; set; }
}
