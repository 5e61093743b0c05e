namespace Wharf.Daemon.Networks;

/// <summary>A port of a running container that the host listens for.</summary>
internal sealed record ContainerPort
{
    /// <summary>tcp, udp or sctp.</summary>
    public string Protocol { get; set; } = "";

    public int Port { get; set; }

    /// <summary>The host's address: 0.0.0.0 and :: for all of a family.</summary>
    public string HostAddress { get; set; } = "";

    /// <summary>0 where addresses are routed, and the port is only let through.</summary>
    public int HostPort { get; set; }
}
