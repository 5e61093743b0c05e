using Wharf.Linux;
using Wharf.Shim.Io;

namespace Wharf.Shim;

/// <summary>One process of the task: its first (an empty exec id) or one added by exec.</summary>
internal sealed class ContainerProcess(string execId, IoPaths paths)
{
    private readonly List<Action> waiters = [];

    internal string ExecId => execId;

    internal IoPaths Paths => paths;

    internal ProcessIo? Io { get; set; }

    internal int Pid { get; set; }

    internal bool Started { get; set; }

    internal bool Paused { get; set; }

    internal int? ExitCode { get; private set; }

    internal DateTimeOffset? ExitedAt { get; private set; }

    /// <summary>The image that the first process is restored from when it is started; empty for one that is made from its config.</summary>
    internal string Checkpoint { get; init; } = string.Empty;

    /// <summary>The exec's process document, until it is started.</summary>
    internal byte[] Document { get; init; } = [];

    /// <summary>containerd's task status: created 1, running 2, stopped 3, paused 4.</summary>
    internal uint Status => ExitCode is not null ? 3u : Paused ? 4u : Started ? 2u : 1u;

    internal void Exit(ExitStatus status)
    {
        ExitCode = status.Code;
        ExitedAt = DateTimeOffset.UtcNow;
        foreach (Action waiter in waiters)
        {
            waiter();
        }

        waiters.Clear();
    }

    /// <summary>Runs the action once the process has ended, now if it has.</summary>
    internal void WhenExited(Action action)
    {
        if (ExitCode is not null)
        {
            action();
        }
        else
        {
            waiters.Add(action);
        }
    }
}
