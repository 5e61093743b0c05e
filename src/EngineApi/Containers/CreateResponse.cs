namespace Wharf.EngineApi.Containers;

/// <summary>The answer to container create.</summary>
public sealed record CreateResponse
{
    public string Id { get; set; } = "";

    public IReadOnlyList<string> Warnings { get; set; } = [];
}
