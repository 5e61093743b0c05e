using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Containers;

/// <summary>One line of the list of containers.</summary>
public sealed record ContainerSummary
{
    public string Id { get; set; } = "";

    public IReadOnlyList<string> Names { get; set; } = [];

    public string Image { get; set; } = "";

    public string ImageID { get; set; } = "";

    public string Command { get; set; } = "";

    public long Created { get; set; }

    public IReadOnlyList<PortSummary> Ports { get; set; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    public string State { get; set; } = "";

    public string Status { get; set; } = "";

    public SummaryHostConfig HostConfig { get; set; } = new();

    public NetworkSettings NetworkSettings { get; set; } = new();

    public IReadOnlyList<MountPoint> Mounts { get; set; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRw { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRootFs { get; set; }

    public HealthSummary Health { get; set; } = new() { Status = "none" };
}
