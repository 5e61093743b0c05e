using Wharf.Linux;
using Wharf.Shim.Rpc;
using Wharf.Shim.Waiting;
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
    private bool ending;

    /// <summary>False when the process is none of this container's.</summary>
    internal bool Exited(int pid, ExitStatus status)
    {
        ContainerProcess? process = init.Pid == pid && init.Runs ? init : execs.Values.FirstOrDefault(exec => exec.Pid == pid && exec.Runs);
        if (process is null)
        {
            return false;
        }

        if (process.Starting)
        {
            // Its start is told first.
            context.Children.Keep(pid, status);
            return true;
        }

        process.Ended = true;
        if (process != init)
        {
            Finish(process, status);
            return true;
        }

        // The kernel counts a kill before it delivers it: the event goes out before the exit's.
        oom?.Check();
        held = status;
        if (document.OwnProcesses)
        {
            FinishInit();
        }
        else
        {
            // Its pid namespace did not end with it.
            EndTheRestAsync().WhenDone(FinishInit);
        }

        return true;
    }

    private async LoopTask EndAsync(ContainerProcess process, PendingCall call)
    {
        if (!process.Ended)
        {
            await runtime.KillAsync(Kill9, all: false, call);
        }

        await process.EndToldAsync();
    }

    private async LoopTask EndTheRestAsync()
    {
        ending = true;
        try
        {
            await runtime.KillAsync(Kill9, all: true, call: null);
        }
        catch (Exception error) when (error is ShimException or SyscallException or IOException)
        {
            context.Log.Warning($"processes left of \"{Id}\": {error.Message}");
        }
        finally
        {
            ending = false;
        }
    }

    private void FinishInit()
    {
        if (held is { } status && !ending && execs.Values.All(exec => !exec.Starting && (exec.Pid == 0 || exec.ExitCode is not null)))
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
