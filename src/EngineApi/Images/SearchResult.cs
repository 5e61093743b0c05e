namespace Wharf.EngineApi.Images;

/// <summary>A repository that a search has found.</summary>
public sealed record SearchResult
{
    public string name { get; set => field = value ?? ""; } = "";

    public string description { get; set => field = value ?? ""; } = "";

    public int star_count { get; set; }

    public bool is_official { get; set; }

    public bool is_automated { get; set; }
}
