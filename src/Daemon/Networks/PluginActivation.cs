namespace Wharf.Daemon.Networks;

/// <summary>What a plug-in can do.</summary>
internal sealed record PluginActivation
{
    public IReadOnlyList<string> Implements { get; init; } = [];
}
