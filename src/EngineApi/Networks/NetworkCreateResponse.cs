namespace Wharf.EngineApi.Networks;

/// <summary>The answer to network create.</summary>
public sealed record NetworkCreateResponse
{
    public string Id { get; set; } = "";

    public string Warning { get; set; } = "";
}
