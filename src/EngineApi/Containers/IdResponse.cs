namespace Wharf.EngineApi.Containers;

/// <summary>The id of what was made.</summary>
public sealed record IdResponse
{
    public string Id { get; set; } = "";
}
