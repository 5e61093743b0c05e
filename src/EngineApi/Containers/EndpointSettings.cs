namespace Wharf.EngineApi.Containers;

/// <summary>A container's end of one network.</summary>
public sealed record EndpointSettings
{
    public string NetworkID { get; set; } = "";

    public string EndpointID { get; set; } = "";

    public string Gateway { get; set; } = "";

    public string IPAddress { get; set; } = "";

    public int IPPrefixLen { get; set; }

    public string MacAddress { get; set; } = "";
}
