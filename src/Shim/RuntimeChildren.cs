using Wharf.Linux;
using Wharf.Shim.Rpc;
using Wharf.Shim.Waiting;

namespace Wharf.Shim;

/// <summary>
/// The runtime's processes that this shim has started and waits for, while everything else goes on. A container's process may
/// end before its runtime has told its id: such an end is kept until the runtime has.
/// </summary>
internal sealed class RuntimeChildren
{
    private const int Kill = 9;
    private readonly Dictionary<int, LoopTask<ExitStatus>> running = [];
    private readonly Dictionary<int, ExitStatus> early = [];
    private int starting;

    /// <summary>Until the call's deadline: then the process is killed with its hooks, as the caller has been told that it failed.</summary>
    internal async LoopTask<ExitStatus> RunAsync(Func<ChildProcess> start, PendingCall? call)
    {
        using ChildProcess process = start();
        var end = new LoopTask<ExitStatus>();
        running.Add(process.Pid, end);
        Failpoint.Pass("shim.runtime." + call?.Request.Method);
        if (call is not null)
        {
            call.Expired = () => Processes.Signal(-process.Pid, Kill);
        }

        try
        {
            return await end;
        }
        finally
        {
            if (call is not null)
            {
                call.Expired = null;
            }
        }
    }

    /// <summary>Between these two, ends of unknown processes are kept.</summary>
    internal void BeginStart() => starting++;

    internal void EndStart()
    {
        if (--starting == 0)
        {
            early.Clear();
        }
    }

    internal ExitStatus? TakeEarly(int pid) => early.Remove(pid, out ExitStatus status) ? status : null;

    internal bool Exited(int pid, ExitStatus status)
    {
        if (!running.Remove(pid, out LoopTask<ExitStatus>? end))
        {
            return false;
        }

        end.Complete(status);
        return true;
    }

    /// <summary>Of a process that nobody here knows: an orphan of a container, or one that is about to be known.</summary>
    internal void Keep(int pid, ExitStatus status)
    {
        if (starting > 0)
        {
            early[pid] = status;
        }
    }
}
