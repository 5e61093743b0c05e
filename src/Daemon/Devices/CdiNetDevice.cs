namespace Wharf.Daemon.Devices;

internal sealed record CdiNetDevice
{
    public string HostInterfaceName { get; set => field = value ?? ""; } = "";

    public string Name { get; set => field = value ?? ""; } = "";
}
