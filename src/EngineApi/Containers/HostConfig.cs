using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Containers;

/// <summary>How the host runs a container.</summary>
public sealed record HostConfig
{
    public IReadOnlyList<string>? Binds { get; set; }

    public string ContainerIDFile { get; set => field = value ?? ""; } = "";

    public LogConfig? LogConfig { get; set; }

    public string NetworkMode { get; set => field = value ?? ""; } = "";

    public RestartPolicy? RestartPolicy { get; set; }

    public bool AutoRemove { get; set; }

    public IReadOnlyList<string>? CapAdd { get; set; }

    public IReadOnlyList<string>? CapDrop { get; set; }

    public string CgroupnsMode { get; set => field = value ?? ""; } = "";

    public IReadOnlyList<string>? Dns { get; set; }

    public IReadOnlyList<string>? DnsOptions { get; set; }

    public IReadOnlyList<string>? DnsSearch { get; set; }

    public IReadOnlyList<string>? ExtraHosts { get; set; }

    public IReadOnlyList<string>? GroupAdd { get; set; }

    public string IpcMode { get; set => field = value ?? ""; } = "";

    public int OomScoreAdj { get; set; }

    public string PidMode { get; set => field = value ?? ""; } = "";

    public bool Privileged { get; set; }

    public bool ReadonlyRootfs { get; set; }

    public IReadOnlyList<string>? SecurityOpt { get; set; }

    public IReadOnlyDictionary<string, string>? Tmpfs { get; set; }

    public string UTSMode { get; set => field = value ?? ""; } = "";

    public string UsernsMode { get; set => field = value ?? ""; } = "";

    public long ShmSize { get; set; }

    public IReadOnlyDictionary<string, string>? Sysctls { get; set; }

    public string Runtime { get; set => field = value ?? ""; } = "";

    public bool? Init { get; set; }

    public long CpuShares { get; set; }

    public long Memory { get; set; }

    public long NanoCpus { get; set; }

    public string CgroupParent { get; set => field = value ?? ""; } = "";

    public long CpuPeriod { get; set; }

    public long CpuQuota { get; set; }

    public string CpusetCpus { get; set => field = value ?? ""; } = "";

    public string CpusetMems { get; set => field = value ?? ""; } = "";

    public long MemoryReservation { get; set; }

    public long MemorySwap { get; set; }

    public bool? OomKillDisable { get; set; }

    public long? PidsLimit { get; set; }

    public IReadOnlyList<Ulimit>? Ulimits { get; set; }

    public IReadOnlyList<string>? MaskedPaths { get; set; }

    public IReadOnlyList<string>? ReadonlyPaths { get; set; }

    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? PortBindings { get; set; }

    public bool PublishAllPorts { get; set; }

    public string VolumeDriver { get; set => field = value ?? ""; } = "";

    public IReadOnlyList<string>? VolumesFrom { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mount>? Mounts { get; set; }

    /// <summary>Rows and columns of the terminal at the start.</summary>
    public IReadOnlyList<int>? ConsoleSize { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }

    public string Cgroup { get; set => field = value ?? ""; } = "";

    public IReadOnlyList<string>? Links { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? StorageOpt { get; set; }

    public string Isolation { get; set => field = value ?? ""; } = "";

    public ushort BlkioWeight { get; set; }

    public IReadOnlyList<WeightDevice>? BlkioWeightDevice { get; set; }

    public IReadOnlyList<ThrottleDevice>? BlkioDeviceReadBps { get; set; }

    public IReadOnlyList<ThrottleDevice>? BlkioDeviceWriteBps { get; set; }

    public IReadOnlyList<ThrottleDevice>? BlkioDeviceReadIOps { get; set; }

    public IReadOnlyList<ThrottleDevice>? BlkioDeviceWriteIOps { get; set; }

    public long CpuRealtimePeriod { get; set; }

    public long CpuRealtimeRuntime { get; set; }

    public IReadOnlyList<DeviceMapping>? Devices { get; set; }

    public IReadOnlyList<string>? DeviceCgroupRules { get; set; }

    public IReadOnlyList<DeviceRequest>? DeviceRequests { get; set; }

    public long? MemorySwappiness { get; set; }

    public long CpuCount { get; set; }

    public long CpuPercent { get; set; }

    public ulong IOMaximumIOps { get; set; }

    public ulong IOMaximumBandwidth { get; set; }

    /// <summary>Fields that this version has no use for, kept as the client sent them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}
