using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Engine;

/// <summary>The answer of GET /info: the engine and its host.</summary>
public sealed record EngineInfo
{
    public string ID { get; set; } = "";

    public int Containers { get; set; }

    public int ContainersRunning { get; set; }

    public int ContainersPaused { get; set; }

    public int ContainersStopped { get; set; }

    public int Images { get; set; }

    public string Driver { get; set; } = "";

    public IReadOnlyList<IReadOnlyList<string>> DriverStatus { get; set; } = [];

    public InfoPlugins Plugins { get; set; } = new();

    public bool MemoryLimit { get; set; }

    public bool SwapLimit { get; set; }

    public bool CpuCfsPeriod { get; set; }

    public bool CpuCfsQuota { get; set; }

    public bool CPUShares { get; set; }

    public bool CPUSet { get; set; }

    public bool PidsLimit { get; set; }

    public bool IPv4Forwarding { get; set; }

    public bool OomKillDisable { get; set; }

    public bool Debug { get; set; }

    public int NFd { get; set; }

    public int NGoroutines { get; set; }

    public string SystemTime { get; set; } = "";

    public string LoggingDriver { get; set; } = "";

    public string CgroupDriver { get; set; } = "";

    public string CgroupVersion { get; set; } = "";

    public int NEventsListener { get; set; }

    public string KernelVersion { get; set; } = "";

    public string OperatingSystem { get; set; } = "";

    public string OSVersion { get; set; } = "";

    public string OSType { get; set; } = "";

    public string Architecture { get; set; } = "";

    public string IndexServerAddress { get; set; } = "";

    public InfoRegistries RegistryConfig { get; set; } = new();

    public int NCPU { get; set; }

    public long MemTotal { get; set; }

    public string DockerRootDir { get; set; } = "";

    public string HttpProxy { get; set; } = "";

    public string HttpsProxy { get; set; } = "";

    public string NoProxy { get; set; } = "";

    public string Name { get; set; } = "";

    public IReadOnlyList<string> Labels { get; set; } = [];

    public bool ExperimentalBuild { get; set; }

    /// <summary>Where descriptions of devices are.</summary>
    public IReadOnlyList<string>? CDISpecDirs { get; set; }

    public IReadOnlyList<InfoDevice>? DiscoveredDevices { get; set; }

    public string ServerVersion { get; set; } = "";

    public IReadOnlyDictionary<string, InfoRuntime> Runtimes { get; set; } = new Dictionary<string, InfoRuntime>();

    public string DefaultRuntime { get; set; } = "";

    public InfoSwarm Swarm { get; set; } = new();

    public bool LiveRestoreEnabled { get; set; }

    public string Isolation { get; set; } = "";

    public string InitBinary { get; set; } = "";

    public InfoCommit ContainerdCommit { get; set; } = new();

    public InfoCommit RuncCommit { get; set; } = new();

    public InfoCommit InitCommit { get; set; } = new();

    public IReadOnlyList<string> SecurityOptions { get; set; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? Warnings { get; set; }
}
