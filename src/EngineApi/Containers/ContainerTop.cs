namespace Wharf.EngineApi.Containers;

/// <summary>The processes of a container, a row each.</summary>
public sealed record ContainerTop
{
    public IReadOnlyList<string> Titles { get; set; } = [];

    public IReadOnlyList<IReadOnlyList<string>> Processes { get; set; } = [];
}
