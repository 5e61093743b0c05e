using Wharf.Linux;
using Wharf.Shim.Io;
using Wharf.Shim.Rpc;
using Wharf.Shim.Waiting;
using Wharf.Ttrpc;

namespace Wharf.Shim.Tasks;

/// <summary>One process of a container: its first (an empty exec id) or one added by exec.</summary>
internal sealed class ContainerProcess(string execId, IoPaths paths)
{
    private readonly List<PendingCall> waiters = [];
    private readonly List<LoopTask> inside = [];

    internal string ExecId => execId;

    internal IoPaths Paths => paths;

    internal ProcessIo? Io { get; set; }

    internal int Pid { get; set; }

    /// <summary>What changes it comes one after the other.</summary>
    internal Turns Turns { get; } = new();

    /// <summary>Its runtime runs.</summary>
    internal bool Starting { get; set; }

    internal bool Started { get; set; }

    internal bool Paused { get; set; }

    /// <summary>The runtime is about it.</summary>
    internal bool Pausing { get; set; }

    internal int? ExitCode { get; private set; }

    internal DateTimeOffset? ExitedAt { get; private set; }

    /// <summary>The exec's process document, until it is started.</summary>
    internal byte[] Document { get; set; } = [];

    /// <summary>It has ended, told or not.</summary>
    internal bool Ended { get; set; }

    internal bool Runs => Pid != 0 && !Ended;

    /// <summary>containerd's task status: created 1, running 2, stopped 3, paused 4, pausing 5.</summary>
    internal uint Status => ExitCode is not null ? 3u : Pausing ? 5u : Paused ? 4u : Started ? 2u : 1u;

    internal void Exit(ExitStatus status)
    {
        ExitCode = status.Code;
        ExitedAt = DateTimeOffset.UtcNow;
        waiters.ForEach(Answer);
        waiters.Clear();
        inside.ForEach(one => one.Complete());
        inside.Clear();
    }

    internal async LoopTask EndToldAsync()
    {
        if (ExitCode is null)
        {
            var told = new LoopTask();
            inside.Add(told);
            await told;
        }
    }

    /// <summary>Wait: answered once the process has ended, now if it has.</summary>
    internal void AnswerAtExit(PendingCall call)
    {
        if (ExitCode is not null)
        {
            Answer(call);
            return;
        }

        // Clients come, wait, and go again for as long as a container runs.
        waiters.RemoveAll(one => one.Done);
        waiters.Add(call);
    }

    private void Answer(PendingCall call) => call.Answer(new ProtoWriter().Number(1, (ulong)ExitCode!.Value).Time(2, ExitedAt));
}
