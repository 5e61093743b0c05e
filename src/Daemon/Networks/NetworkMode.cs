namespace Wharf.Daemon.Networks;

/// <summary>The values of HostConfig.NetworkMode.</summary>
internal static class NetworkMode
{
    internal const string Bridge = "bridge";
    internal const string Host = "host";
    internal const string None = "none";
    private const string Shared = "container:";

    /// <summary>The container whose network is shared; null for other modes.</summary>
    internal static string? Target(string mode) => mode.StartsWith(Shared, StringComparison.Ordinal) ? mode[Shared.Length..] : null;

    internal static string Sharing(string id) => Shared + id;
}
