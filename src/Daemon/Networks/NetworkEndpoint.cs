namespace Wharf.Daemon.Networks;

/// <summary>
/// What a container has of the network while it runs. It is kept in the container's document and nowhere else: the addresses
/// that are taken are those of the running containers.
/// </summary>
internal sealed record NetworkEndpoint
{
    public string EndpointId { get; set; } = "";

    public string SandboxId { get; set; } = "";

    /// <summary>Empty unless the container is on the bridge; so with those below.</summary>
    public string Address { get; set; } = "";

    public int PrefixLength { get; set; }

    public string Gateway { get; set; } = "";

    public string Mac { get; set; } = "";
}
