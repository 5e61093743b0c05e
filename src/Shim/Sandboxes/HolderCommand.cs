using System.Globalization;
using System.Text;
using Wharf.Linux;

namespace Wharf.Shim.Sandboxes;

/// <summary>
/// The process that holds a pod's namespaces and does nothing else, until it is ended. A process cannot enter a new pid namespace
/// itself: it makes the namespaces, starts itself once more as the first process in them, tells that one's id, and is gone.
/// </summary>
internal static class HolderCommand
{
    internal const string Name = "hold";

    /// <summary>A pipe whose other end is open for as long as the shim lives: one that dies leaves no pod behind.</summary>
    internal const int LifeNumber = 3;

    /// <summary>A pipe that the shim has the other end of: where the id goes, once. The first process has none of it.</summary>
    internal const int ReadyNumber = 4;
    private const string FirstProcess = "first";
    private const int Terminate = 15;
    private const int ChildSignal = 17;

    /// <param name="words">The network namespace's file, which may be empty; or what the second start is given.</param>
    internal static void Run(IReadOnlyList<string> words)
    {
        if (words.Contains(FirstProcess))
        {
            Hold();
            return;
        }

        string networkNamespace = words[^1];
        if (networkNamespace.Length > 0)
        {
            using FileDescriptor network = Files.Open(networkNamespace, OpenFlags.ReadOnly);
            CurrentProcess.Join(network, CloneFlags.NewNet, networkNamespace);
        }

        CurrentProcess.Unshare(CloneFlags.NewIpc | CloneFlags.NewUts | CloneFlags.NewPid);
        string self = Environment.ProcessPath ?? throw new ShimException("own program: unknown path");
        using var life = new FileDescriptor(LifeNumber);
        using ChildProcess first = Spawner.Start(new SpawnRequest
        {
            Path = self,
            Arguments = [self, Name, FirstProcess],
            Environment = [],
            Descriptors = [(life, LifeNumber)],
            NewSession = true,
            BlockedSignals = [Terminate],
        });
        using var ready = new FileDescriptor(ReadyNumber);
        Files.Write(ready, Encoding.ASCII.GetBytes(first.Pid.ToString(CultureInfo.InvariantCulture)), "ready");
    }

    private static void Hold()
    {
        // Orphans of the pod are its children now: none of them is left as a zombie.
        CurrentProcess.IgnoreSignal(ChildSignal);
        using FileDescriptor signals = SignalDescriptor.Open(Terminate);
        using var life = new FileDescriptor(LifeNumber);
        Poll.Readable(-1, signals, life);
    }
}
