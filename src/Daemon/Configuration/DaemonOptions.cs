using Wharf.Network.Addresses;

namespace Wharf.Daemon.Configuration;

/// <summary>What the command line and the config file say; names and defaults are dockerd's where dockerd has them.</summary>
internal sealed record DaemonOptions
{
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Who may use the unix sockets besides root; null: the group "docker" where the host has one.</summary>
    public string? Group { get; init; }

    public bool? UsesTls { get; init; }

    public bool? VerifiesClients { get; init; }

    public string TlsAuthority { get; init; } = CertificateFile("ca.pem");

    public string TlsCertificate { get; init; } = CertificateFile("cert.pem");

    public string TlsKey { get; init; } = CertificateFile("key.pem");

    /// <summary>Null: TCP addresses are not protected. To say anything of clients' certificates is to ask for TLS, as with dockerd.</summary>
    public TlsFiles? Tls => UsesTls == true || VerifiesClients is not null ? new TlsFiles(VerifiesClients == true, TlsAuthority, TlsCertificate, TlsKey) : null;

    public string DataRoot { get; init; } = "/var/lib/wharf";

    public string ExecRoot { get; init; } = "/run/wharf";

    public string PidFile { get; init; } = "/run/wharfd.pid";

    public string Containerd { get; init; } = "/run/wharf/containerd.sock";

    public string ConfigFile { get; init; } = "/etc/wharf/daemon.json";

    public string Bridge { get; init; } = "wharf0";

    public string BridgeAddress { get; init; } = "";

    /// <summary>Whether the daemon writes firewall rules at all.</summary>
    public bool Firewall { get; init; } = true;

    /// <summary>Whether what leaves the bridge gets the host's address.</summary>
    public bool Masquerade { get; init; } = true;

    /// <summary>Whether the daemon switches the host's forwarding on.</summary>
    public bool Forward { get; init; } = true;

    /// <summary>Whether networks have IPv6 unless a request says otherwise.</summary>
    public bool Inet6 { get; init; } = true;

    /// <summary>Whether containers of the default network reach each other.</summary>
    public bool Talking { get; init; } = true;

    /// <summary>The host's address that ports of the default network are published at.</summary>
    public string HostBinding { get; init; } = "0.0.0.0";

    /// <summary>Where networks' subnets come from; empty: docker's pools.</summary>
    public IReadOnlyList<(IpSubnet Base, int Length)> AddressPools { get; init; } = [];

    public int Mtu { get; init; } = 1500;

    public string CgroupParent { get; init; } = "";

    public string StorageDriver { get; init; } = "overlayfs";

    /// <summary>Of containers that name none: a name of <see cref="Runtimes"/>, containerd's name of a shim, or the path of one; empty: ours.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>Besides our own, by name.</summary>
    public IReadOnlyDictionary<string, ConfiguredRuntime> Runtimes { get; init; } = new Dictionary<string, ConfiguredRuntime>();

    /// <summary>Whether systemd makes the cgroups of containers, as scopes of its slices.</summary>
    public bool SystemdCgroup { get; init; }

    /// <summary>What a container has that does not say otherwise.</summary>
    public CommonDefaults Defaults { get; init; } = new();

    public NameDefaults Names { get; init; } = new();

    /// <summary>A program for containers that ask for an init; empty: one of the usual.</summary>
    public string InitPath { get; init; } = "";

    public bool UsesInit { get; init; }

    public bool NoNewPrivileges { get; init; }

    /// <summary>"builtin", "unconfined", or the profile's text; null: builtin.</summary>
    public string? Seccomp { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Of containers that name none.</summary>
    public string LogDriver { get; init; } = Logs.LogOptions.Local;

    public IReadOnlyDictionary<string, string> LogOptions { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> AuthorizationPlugins { get; init; } = [];

    /// <summary>HOST:PORT where the daemon's figures are told; empty: nowhere.</summary>
    public string MetricsAddress { get; init; } = "";

    /// <summary>Keys of the config file that change nothing here.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    public bool Debug { get; init; }

    /// <summary>Clients offer what docker calls experimental: checkpoints.</summary>
    public bool Experimental { get; init; }

    /// <summary>Whose subordinate ids containers get unless they say otherwise: "default", or USER[:GROUP]; empty: the host's ids.</summary>
    public string UserNamespace { get; init; } = "";

    /// <summary>Where descriptions of devices (CDI) are; empty: the usual places.</summary>
    public IReadOnlyList<string> CdiFolders { get; init; } = [];

    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    public IReadOnlyList<string> RegistryMirrors { get; init; } = [];

    /// <summary>Layers of one pull that are fetched at the same time.</summary>
    public int Downloads { get; init; } = 3;

    /// <summary>Blobs of one push that are sent at the same time.</summary>
    public int Uploads { get; init; } = 5;

    /// <summary>How often in a row a download is tried that brings nothing.</summary>
    public int DownloadAttempts { get; init; } = 5;

    private static string CertificateFile(string name) =>
        Path.Combine(Environment.GetEnvironmentVariable("DOCKER_CERT_PATH") is { Length: > 0 } folder ? folder : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".docker"), name);
}
