namespace Wharf.EngineApi.Engine;

/// <summary>What kinds of plug-ins are built in.</summary>
public sealed record InfoPlugins
{
    public IReadOnlyList<string> Volume { get; set; } = [];

    public IReadOnlyList<string> Network { get; set; } = [];

    public IReadOnlyList<string>? Authorization { get; set; }

    public IReadOnlyList<string> Log { get; set; } = [];
}
