namespace Wharf.EngineApi.Containers;

/// <summary>Where a container is reached. What is told besides <see cref="Networks"/> is of the default bridge.</summary>
public sealed record NetworkSettings
{
    public string Bridge { get; set; } = "";

    public string SandboxID { get; set; } = "";

    public string SandboxKey { get; set; } = "";

    /// <summary>By PORT/PROTOCOL; null for one that is exposed and not published.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?> Ports { get; set; } = new Dictionary<string, IReadOnlyList<PortBinding>?>();

    public bool HairpinMode { get; set; }

    public string EndpointID { get; set; } = "";

    public string Gateway { get; set; } = "";

    public string GlobalIPv6Address { get; set; } = "";

    public int GlobalIPv6PrefixLen { get; set; }

    public string IPAddress { get; set; } = "";

    public int IPPrefixLen { get; set; }

    public string IPv6Gateway { get; set; } = "";

    public string MacAddress { get; set; } = "";

    public IReadOnlyDictionary<string, EndpointSettings> Networks { get; set; } = new Dictionary<string, EndpointSettings>();
}
