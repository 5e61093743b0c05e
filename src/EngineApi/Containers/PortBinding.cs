namespace Wharf.EngineApi.Containers;

/// <summary>Where the host listens for a port of a container.</summary>
public sealed record PortBinding
{
    public string HostIp { get; set => field = value ?? ""; } = "";

    public string HostPort { get; set => field = value ?? ""; } = "";
}
