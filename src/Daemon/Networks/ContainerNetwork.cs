namespace Wharf.Daemon.Networks;

/// <summary>What a container's spec says of the network.</summary>
/// <param name="IsHosts">Whether the container is in the host's own network namespace.</param>
/// <param name="NamespacePath">The namespace to join; null for one of its own.</param>
/// <param name="FilesFolder">Where its hosts, hostname and resolv.conf are.</param>
internal sealed record ContainerNetwork(bool IsHosts, string? NamespacePath, string FilesFolder)
{
    /// <summary>Whether settings of the network may be the container's.</summary>
    internal bool IsOwn => !IsHosts && NamespacePath is null;
}
