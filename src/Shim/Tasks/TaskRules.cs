namespace Wharf.Shim.Tasks;

/// <summary>What a process refuses in which state, in the words of containerd's shim, which clients show and some match.</summary>
internal static class TaskRules
{
    internal static void CheckStart(ContainerProcess process) => Check(process, "start", created: null, "running process", "paused process", "stopped process");

    /// <summary>One that was created and not started may go.</summary>
    internal static void CheckDelete(ContainerProcess process) => Check(process, "delete", created: null, "running process", "paused process", stopped: null);

    internal static void CheckPause(ContainerProcess init) => Check(init, "pause", "task in created state", running: null, "a paused container", "a stopped container", article: false);

    internal static void CheckResume(ContainerProcess init) => Check(init, "resume", "task in created state", "a running process", paused: null, "a stopped container", article: false);

    internal static void CheckCheckpoint(ContainerProcess init) => Check(init, "checkpoint", "task in created state", running: null, paused: null, "stopped container");

    internal static void CheckUpdate(ContainerProcess init) => Check(init, "update", created: null, running: null, paused: null, "stopped container");

    /// <summary>One more process in a container.</summary>
    internal static void CheckExec(ContainerProcess init) => Check(init, "exec in", created: null, running: null, "paused state", "stopped state");

    private static void Check(ContainerProcess process, string verb, string? created, string? running, string? paused, string? stopped, bool article = true)
    {
        string? words = process.Ended ? stopped : process.Paused ? paused : process.Started ? running : process.Pid != 0 || process.ExecId.Length == 0 ? created : null;
        if (words is not null)
        {
            throw new ShimException($"cannot {verb} {(article ? "a " : string.Empty)}{words}");
        }
    }
}
