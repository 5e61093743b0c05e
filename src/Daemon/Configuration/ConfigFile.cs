using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.Daemon.Configuration;

/// <summary>daemon.json, as far as it is read: the names are dockerd's.</summary>
internal sealed record ConfigFile
{
    /// <summary>The keys that are read.</summary>
    internal static IReadOnlyCollection<string> Keys { get; } =
    [
        "insecure-registries", "registry-mirrors", "hosts", "group", "tls", "tlsverify", "tlscacert", "tlscert", "tlskey", "data-root", "bridge", "bip", "iptables", "ip-masq", "ip-forward", "ipv6", "icc", "ip", "default-address-pools", "debug", "labels", "log-driver", "log-opts", "authorization-plugins", "metrics-addr", "init", "init-path", "no-new-privileges", "seccomp-profile", "cgroup-parent", "default-runtime", "exec-root", "pidfile", "mtu", "experimental", "cdi-spec-dirs", "userns-remap", "max-concurrent-downloads", "max-concurrent-uploads", "max-download-attempts", "runtimes", "exec-opts", "default-shm-size", "default-ipc-mode", "default-cgroupns-mode", "default-ulimits", "dns", "dns-opts", "dns-search", "host-gateway-ip", "host-gateway-ips", "containerd", "storage-driver",
    ];

    [JsonPropertyName("insecure-registries")]
    public IReadOnlyList<string>? InsecureRegistries { get; init; }

    [JsonPropertyName("registry-mirrors")]
    public IReadOnlyList<string>? RegistryMirrors { get; init; }

    [JsonPropertyName("hosts")]
    public IReadOnlyList<string>? Hosts { get; init; }

    [JsonPropertyName("group")]
    public string? Group { get; init; }

    [JsonPropertyName("tls")]
    public bool? UsesTls { get; init; }

    [JsonPropertyName("tlsverify")]
    public bool? VerifiesClients { get; init; }

    [JsonPropertyName("tlscacert")]
    public string? TlsAuthority { get; init; }

    [JsonPropertyName("tlscert")]
    public string? TlsCertificate { get; init; }

    [JsonPropertyName("tlskey")]
    public string? TlsKey { get; init; }

    [JsonPropertyName("data-root")]
    public string? DataRoot { get; init; }

    [JsonPropertyName("bridge")]
    public string? Bridge { get; init; }

    [JsonPropertyName("bip")]
    public string? BridgeAddress { get; init; }

    [JsonPropertyName("iptables")]
    public bool? Firewall { get; init; }

    [JsonPropertyName("ip-masq")]
    public bool? Masquerade { get; init; }

    [JsonPropertyName("ip-forward")]
    public bool? Forward { get; init; }

    [JsonPropertyName("ipv6")]
    public bool? Inet6 { get; init; }

    [JsonPropertyName("icc")]
    public bool? Talking { get; init; }

    [JsonPropertyName("ip")]
    public string? HostBinding { get; init; }

    [JsonPropertyName("default-address-pools")]
    public IReadOnlyList<ConfiguredPool>? AddressPools { get; init; }

    [JsonPropertyName("debug")]
    public bool? Debug { get; init; }

    [JsonPropertyName("labels")]
    public IReadOnlyList<string>? Labels { get; init; }

    [JsonPropertyName("log-driver")]
    public string? LogDriver { get; init; }

    [JsonPropertyName("log-opts")]
    public IReadOnlyDictionary<string, string>? LogOptions { get; init; }

    [JsonPropertyName("authorization-plugins")]
    public IReadOnlyList<string>? AuthorizationPlugins { get; init; }

    [JsonPropertyName("metrics-addr")]
    public string? MetricsAddress { get; init; }

    [JsonPropertyName("init")]
    public bool? UsesInit { get; init; }

    [JsonPropertyName("init-path")]
    public string? InitPath { get; init; }

    [JsonPropertyName("no-new-privileges")]
    public bool? NoNewPrivileges { get; init; }

    [JsonPropertyName("seccomp-profile")]
    public string? SeccompProfile { get; init; }

    [JsonPropertyName("cgroup-parent")]
    public string? CgroupParent { get; init; }

    [JsonPropertyName("default-runtime")]
    public string? Runtime { get; init; }

    [JsonPropertyName("exec-root")]
    public string? ExecRoot { get; init; }

    [JsonPropertyName("pidfile")]
    public string? PidFile { get; init; }

    [JsonPropertyName("experimental")]
    public bool? Experimental { get; init; }

    [JsonPropertyName("cdi-spec-dirs")]
    public IReadOnlyList<string>? CdiFolders { get; init; }

    [JsonPropertyName("userns-remap")]
    public string? UserNamespace { get; init; }

    [JsonPropertyName("max-concurrent-downloads")]
    public int? Downloads { get; init; }

    [JsonPropertyName("max-concurrent-uploads")]
    public int? Uploads { get; init; }

    [JsonPropertyName("max-download-attempts")]
    public int? DownloadAttempts { get; init; }

    [JsonPropertyName("runtimes")]
    public IReadOnlyDictionary<string, ConfiguredRuntime>? Runtimes { get; init; }

    [JsonPropertyName("exec-opts")]
    public IReadOnlyList<string>? ExecOptions { get; init; }

    /// <summary>A size such as "64M", or bytes.</summary>
    [JsonPropertyName("default-shm-size")]
    public JsonElement? SharedMemory { get; init; }

    [JsonPropertyName("default-ipc-mode")]
    public string? IpcMode { get; init; }

    [JsonPropertyName("default-cgroupns-mode")]
    public string? CgroupnsMode { get; init; }

    [JsonPropertyName("default-ulimits")]
    public IReadOnlyDictionary<string, ConfiguredLimit>? Limits { get; init; }

    [JsonPropertyName("dns")]
    public IReadOnlyList<string>? NameServers { get; init; }

    [JsonPropertyName("dns-opts")]
    public IReadOnlyList<string>? ResolverOptions { get; init; }

    [JsonPropertyName("dns-search")]
    public IReadOnlyList<string>? SearchDomains { get; init; }

    [JsonPropertyName("host-gateway-ip")]
    public string? HostGateway { get; init; }

    [JsonPropertyName("host-gateway-ips")]
    public IReadOnlyList<string>? HostGateways { get; init; }

    [JsonPropertyName("containerd")]
    public string? Containerd { get; init; }

    [JsonPropertyName("storage-driver")]
    public string? StorageDriver { get; init; }

    [JsonPropertyName("mtu")]
    public int? Mtu { get; init; }
}
