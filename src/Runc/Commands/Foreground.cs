using Wharf.Libcontainer;
using Wharf.Linux;

namespace Wharf.Runc.Commands;

/// <summary>Stays with a process until it ends: passes signals on, and copies a terminal if there is one.</summary>
internal sealed class Foreground : IDisposable
{
    private const int ChildSignal = 17;
    private const int WindowSignal = 28;

    // What a user or a supervisor sends: HUP INT QUIT USR1 USR2 TERM CONT TSTP, window size, children.
    private static readonly int[] Forwarded = [1, 2, 3, 10, 12, 15, 18, 20, WindowSignal, ChildSignal];
    private readonly int id;
    private readonly ForegroundConsole? console;
    private readonly FileDescriptor signals;
    private readonly FileDescriptor? process;
    private ExitStatus? ended;

    internal Foreground(int id, ForegroundConsole? console)
    {
        this.id = id;
        this.console = console;
        signals = SignalDescriptor.Open(Forwarded);
        process = Processes.Open(id);
        console?.Connect();
    }

    /// <summary>The caller's: it stays the main process of its service, so it is this process that is told to be ready.</summary>
    internal NotifySocket? Notify { get; init; }

    /// <summary>The exit code, 128 and more for a signal.</summary>
    internal int Await()
    {
        while (true)
        {
            bool[] ready = Poll.Readable(-1, process, signals, console?.Master, console?.Input, Notify?.Socket);
            if (ready[2])
            {
                console!.CopyOutput();
            }

            if (ready[3])
            {
                console!.CopyInput();
            }

            if (ready[4])
            {
                Notify!.Take(CurrentProcess.Id);
            }

            if (ready[1])
            {
                PassSignals();
            }

            if (ready[0])
            {
                console?.Drain();
                return (ended ?? Processes.Wait(id)).Code;
            }
        }
    }

    public void Dispose()
    {
        signals.Dispose();
        process?.Dispose();
    }

    private void PassSignals()
    {
        for (int signal = SignalDescriptor.Read(signals); signal != 0; signal = SignalDescriptor.Read(signals))
        {
            if (signal == WindowSignal && console is not null)
            {
                console.TakeSize();
            }
            else if (signal != ChildSignal)
            {
                Processes.Signal(id, signal);
            }
            else
            {
                ReapOrphans();
            }
        }
    }

    /// <summary>Children that are not the container's first process: it is waited for where its code is needed.</summary>
    private void ReapOrphans()
    {
        while (Processes.Reap() is { } child)
        {
            if (child.Id == id)
            {
                ended = child.Status;
            }
        }
    }
}
