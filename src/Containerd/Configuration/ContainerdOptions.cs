using Wharf.Containerd.Proxies;

namespace Wharf.Containerd.Configuration;

/// <summary>Where the daemon listens and keeps what it has; containerd's flags and the keys of its file.</summary>
internal sealed record ContainerdOptions
{
    public const string DefaultConfig = "/etc/wharf/containerd.toml";

    private static readonly IReadOnlyList<string> OwnDiffer = [ProxyDiffs.Own];

    public string Address { get; init; } = "/run/wharf/containerd.sock";

    public string Root { get; init; } = "/var/lib/wharf/containerd";

    public string State { get; init; } = "/run/wharf/containerd";

    public string LogLevel { get; init; } = "info";

    public uint User { get; init; }

    public uint Group { get; init; }

    /// <summary>Bytes of one message.</summary>
    public int LargestRequest { get; init; } = 16 << 20;

    public int LargestResponse { get; init; } = 16 << 20;

    /// <summary>How readily the kernel ends this daemon when memory is short; 0 leaves it as it is.</summary>
    public int OomScore { get; init; }

    /// <summary>Plugins without which the daemon does not start.</summary>
    public IReadOnlyList<string> RequiredPlugins { get; init; } = [];

    /// <summary>Plugins that the daemon does without: of its own ones only snapshotters.</summary>
    public IReadOnlyList<string> DisabledPlugins { get; init; } = [];

    /// <summary>Parts of the daemon that are other programs.</summary>
    public IReadOnlyList<ProxyPlugin> Proxies { get; init; } = [];

    /// <summary>Who is asked to apply and make layers, in this order.</summary>
    public IReadOnlyList<string> Differs { get; init; } = OwnDiffer;

    /// <summary>The folder of hosts.toml files for transfers that name none of their own; null when there is none.</summary>
    public string? HostsFolder { get; init; }

    /// <summary>Host and port of the page for Prometheus; empty when there is none.</summary>
    public string MetricsAddress { get; init; } = string.Empty;

    /// <summary>Whether the page says how long calls took.</summary>
    public bool TimesCalls { get; init; }
}
