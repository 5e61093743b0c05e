using System.Globalization;
using System.Text;
using Wharf.Linux;
using Wharf.Shim.Rpc;
using Wharf.Ttrpc;

namespace Wharf.Shim.Sandboxes;

/// <summary>
/// A pod: namespaces that its containers join by the process that holds them. The network's comes from the caller; IPC, host name
/// and processes are its own, for those of its containers that are told to share them.
/// </summary>
internal sealed class Sandbox(string id, string networkNamespace)
{
    private const int Kill = 9;
    private readonly List<PendingCall> waiters = [];
    private FileDescriptor? life;
    private ExitStatus? exit;

    internal string Id => id;

    /// <summary>The first process of the pod's pid namespace; 0 before it is started.</summary>
    internal int Pid { get; private set; }

    internal bool Ready => Pid != 0 && exit is null;

    internal DateTimeOffset? CreatedAt { get; private set; }

    internal DateTimeOffset? ExitedAt { get; private set; }

    internal void Start()
    {
        if (Pid != 0)
        {
            throw ShimException.Precondition($"sandbox \"{id}\" was started");
        }

        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        (FileDescriptor lifeEnd, life) = Files.Pipe();
        using (read)
        {
            string self = Environment.ProcessPath ?? throw new ShimException("own program: unknown path");
            using (write)
            using (lifeEnd)
            {
                using ChildProcess holder = Spawner.Start(new SpawnRequest
                {
                    Path = self,
                    Arguments = [self, HolderCommand.Name, networkNamespace],
                    Environment = [],
                    Descriptors = [(write, HolderCommand.ReadyNumber), (lifeEnd, HolderCommand.LifeNumber)],
                    NewSession = true,
                });
            }

            string told = Encoding.ASCII.GetString(Files.ReadToEnd(read, "sandbox"));
            Pid = int.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                ? pid
                : throw new ShimException($"sandbox \"{id}\": its namespaces could not be made, of network \"{networkNamespace}\"");
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
        if (pid != Pid || Pid == 0 || exit is not null)
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
        life?.Dispose();
        life = null;
        waiters.ForEach(Answer);
        waiters.Clear();
    }

    private void Answer(PendingCall call) => call.Answer(new ProtoWriter().Number(1, (ulong)exit!.Value.Code).Time(2, ExitedAt));
}
