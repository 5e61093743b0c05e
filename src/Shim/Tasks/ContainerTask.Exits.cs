using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim.Tasks;

/// <summary>From the end of a process to its event.</summary>
internal sealed partial class ContainerTask
{
    private const int ReaderMilliseconds = 50;
    private const int CloseMilliseconds = 20;
    private const int Kill9 = 9;

    // The first process's end, while those of execs are still to be told: it is told last.
    private ExitStatus? held;

    /// <summary>False when the process is none of this container's.</summary>
    internal bool Exited(int pid, ExitStatus status)
    {
        ContainerProcess? process = init.Pid == pid && init.Runs ? init : execs.Values.FirstOrDefault(exec => exec.Pid == pid && exec.Runs);
        if (process is null)
        {
            return false;
        }

        process.Ended = true;
        if (process != init)
        {
            Finish(process, status);
            return true;
        }

        if (!document.OwnProcesses)
        {
            // Its pid namespace did not end with it.
            EndTheRest();
        }

        // The kernel counts a kill before it delivers it: the event goes out before the exit's.
        oom?.Check();
        held = status;
        FinishInit();
        return true;
    }

    private void EndTheRest()
    {
        try
        {
            runtime.Kill(Kill9, all: true);
        }
        catch (ShimException error)
        {
            context.Log.Warning($"processes left of \"{Id}\": {error.Message}");
        }
    }

    private void FinishInit()
    {
        if (held is { } status && execs.Values.All(exec => exec.Pid == 0 || exec.ExitCode is not null))
        {
            held = null;
            Finish(init, status);
        }
    }

    /// <summary>
    /// Clients close their streams when they hear of the exit: they hear of it when they have taken everything, or when they
    /// take nothing any more.
    /// </summary>
    private void Finish(ContainerProcess process, ExitStatus status) =>
        AwaitReaders(process, status, process.Io?.Unread() ?? 0, Environment.TickCount64 + ReaderMilliseconds);

    private void AwaitReaders(ContainerProcess process, ExitStatus status, int unread, long until)
    {
        if (unread == 0 || Environment.TickCount64 > until)
        {
            Report(process, status);
            CloseWhenTaken(process);
            return;
        }

        context.Loop.After(1, () =>
        {
            int now = process.Io?.Unread() ?? 0;
            AwaitReaders(process, status, now, now == unread ? until : Environment.TickCount64 + ReaderMilliseconds);
        });
    }

    /// <summary>Output that nobody has read yet waits for whoever comes, until the task is deleted.</summary>
    private void CloseWhenTaken(ContainerProcess process)
    {
        if (process.Io is not { } io)
        {
            return;
        }

        if (io.Unread() == 0)
        {
            io.CloseOutput();
            process.Io = null;
            return;
        }

        context.Loop.After(CloseMilliseconds, () => CloseWhenTaken(process));
    }

    private void Report(ContainerProcess process, ExitStatus status)
    {
        process.Exit(status);
        Publish("exit", "TaskExit", new ProtoWriter()
            .Text(1, Id)
            .Text(2, process.ExecId.Length == 0 ? Id : process.ExecId)
            .Number(3, (ulong)process.Pid)
            .Number(4, (ulong)process.ExitCode!.Value)
            .Time(5, process.ExitedAt));
        if (process != init)
        {
            FinishInit();
        }
    }
}
