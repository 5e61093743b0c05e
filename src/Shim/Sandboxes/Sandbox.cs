using Wharf.Linux;
using Wharf.Shim.Rpc;
using Wharf.Ttrpc;

namespace Wharf.Shim.Sandboxes;

/// <summary>
/// A pod: namespaces that its containers join by the process that holds them. The network's comes from the caller, IPC and host
/// name are its own.
/// </summary>
internal sealed class Sandbox(string id, string networkNamespace)
{
    private const int Kill = 9;
    private readonly List<PendingCall> waiters = [];
    private ChildProcess? holder;
    private ExitStatus? exit;

    internal string Id => id;

    internal int Pid => holder?.Pid ?? 0;

    internal bool Ready => holder is not null && exit is null;

    internal DateTimeOffset? CreatedAt { get; private set; }

    internal DateTimeOffset? ExitedAt { get; private set; }

    internal void Start()
    {
        if (holder is not null)
        {
            throw ShimException.Precondition($"sandbox \"{id}\" was started");
        }

        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using (read)
        {
            string self = Environment.ProcessPath ?? throw new ShimException("own program: unknown path");
            using (write)
            {
                holder = Spawner.Start(new SpawnRequest
                {
                    Path = self,
                    Arguments = [self, HolderCommand.Name, networkNamespace],
                    Environment = [],
                    Descriptors = [(write, HolderCommand.ReadyNumber)],
                    NewSession = true,
                });
            }

            if (Files.ReadToEnd(read, "sandbox") is not [HolderCommand.Ready])
            {
                throw new ShimException($"sandbox \"{id}\": its namespaces could not be made, of network \"{networkNamespace}\"");
            }
        }

        CreatedAt = DateTimeOffset.UtcNow;
    }

    internal void Stop()
    {
        if (Ready)
        {
            Processes.Signal(Pid, Kill);
        }
    }

    internal bool Exited(int pid, ExitStatus status)
    {
        if (pid != Pid || exit is not null)
        {
            return false;
        }

        End(status);
        return true;
    }

    /// <summary>Wait: answered once it has ended, now if it has.</summary>
    internal void AnswerAtExit(PendingCall call)
    {
        if (exit is not null)
        {
            Answer(call);
            return;
        }

        waiters.RemoveAll(one => one.Done);
        waiters.Add(call);
    }

    private void End(ExitStatus status)
    {
        exit = status;
        ExitedAt = DateTimeOffset.UtcNow;
        waiters.ForEach(Answer);
        waiters.Clear();
    }

    private void Answer(PendingCall call) => call.Answer(new ProtoWriter().Number(1, (ulong)exit!.Value.Code).Time(2, ExitedAt));
}
