namespace Wharf.Daemon.Networks;

/// <summary>The link on the host that becomes the container's.</summary>
internal sealed record PluginInterfaceName
{
    public string SrcName { get; init; } = "";

    public string DstPrefix { get; init; } = "";
}
