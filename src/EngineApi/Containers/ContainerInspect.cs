using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Containers;

/// <summary>All about one container.</summary>
public sealed record ContainerInspect
{
    public string Id { get; set; } = "";

    public string Created { get; set; } = "";

    public string Path { get; set; } = "";

    public IReadOnlyList<string> Args { get; set; } = [];

    public ContainerState State { get; set; } = new();

    public string Image { get; set; } = "";

    public string ResolvConfPath { get; set; } = "";

    public string HostnamePath { get; set; } = "";

    public string HostsPath { get; set; } = "";

    public string LogPath { get; set; } = "";

    public string Name { get; set; } = "";

    public int RestartCount { get; set; }

    public string Driver { get; set; } = "";

    public string Platform { get; set; } = "linux";

    public string MountLabel { get; set; } = "";

    public string ProcessLabel { get; set; } = "";

    public string AppArmorProfile { get; set; } = "";

    public IReadOnlyList<string>? ExecIDs { get; set; }

    public HostConfig HostConfig { get; set; } = new();

    public IReadOnlyList<MountPoint> Mounts { get; set; } = [];

    public ContainerConfig Config { get; set; } = new();

    public NetworkSettings NetworkSettings { get; set; } = new();

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRw { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SizeRootFs { get; set; }
}
