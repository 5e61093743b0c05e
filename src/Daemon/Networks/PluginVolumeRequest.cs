namespace Wharf.Daemon.Networks;

/// <summary>What a volume plug-in is asked.</summary>
internal sealed record PluginVolumeRequest
{
    public string Name { get; init; } = "";

    public IReadOnlyDictionary<string, string>? Opts { get; init; }

    public string? ID { get; init; }
}
