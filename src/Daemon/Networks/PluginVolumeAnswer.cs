namespace Wharf.Daemon.Networks;

/// <summary>What a volume plug-in answers.</summary>
internal sealed record PluginVolumeAnswer
{
    public string Mountpoint { get; set => field = value ?? ""; } = "";
}
