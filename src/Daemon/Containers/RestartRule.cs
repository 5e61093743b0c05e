using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>When a container that has ended is started again, and how soon.</summary>
internal static class RestartRule
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>A run of this length was a good one: the next pause is the first again.</summary>
    private static readonly TimeSpan GoodRun = TimeSpan.FromSeconds(10);

    internal static bool StartsAgain(RestartPolicy? policy, int code, int restarts, bool stoppedByUser, bool unhealthy = false) => policy?.Name switch
    {
        "always" or "unless-stopped" => !stoppedByUser,
        "on-failure" => !stoppedByUser && code != 0 && (policy.MaximumRetryCount == 0 || restarts < policy.MaximumRetryCount),
        HealthWatch.Policy => !stoppedByUser && (code != 0 || unhealthy) && (policy.MaximumRetryCount == 0 || restarts < policy.MaximumRetryCount),
        _ => false,
    };

    /// <summary>Whether a container that does not run is started with the daemon.</summary>
    internal static bool StartsWithDaemon(ContainerDocument document) => document.State.Status != "created" && document.HostConfig.RestartPolicy?.Name switch
    {
        "always" => true,
        "unless-stopped" => !document.StoppedByUser,
        _ => document.State.Restarting,
    };

    internal static TimeSpan Pause(TimeSpan last, TimeSpan run) =>
        last == TimeSpan.Zero || run >= GoodRun ? First : last * 2 < Longest ? last * 2 : Longest;
}
