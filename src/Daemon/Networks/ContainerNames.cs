using Wharf.Daemon.Containers;

namespace Wharf.Daemon.Networks;

/// <summary>The names that a container has on a network.</summary>
internal static class ContainerNames
{
    /// <summary>Its own, its aliases, its short id and its host name; none on the built-in networks.</summary>
    internal static IReadOnlyList<string> Of(ContainerDocument document, ContainerEndpoint endpoint) =>
        endpoint.Network is NetworkMode.Bridge or NetworkMode.Host or NetworkMode.None ? []
            : [.. Enumerable.Concat([document.Name], endpoint.Requested.Aliases ?? []).Append(document.Id[..12]).Append(document.Config.Hostname).Where(name => name.Length > 0).Distinct()];
}
