using Wharf.Linux;

namespace Wharf.Network;

/// <summary>
/// A thread for one piece of work that changes its network namespace. It is never one of the pool's, and it ends with the work:
/// no other code can find itself in a namespace that is not the daemon's.
/// </summary>
internal static class NamespaceThread
{
    private const int StackSize = 256 << 10;

    internal static Task RunAsync(string name, Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    work();
                    done.SetResult();
                }
#pragma warning disable CA1031 // whatever it is, it belongs to who awaits
                catch (Exception error)
                {
                    done.SetException(error);
                }
#pragma warning restore CA1031
            },
            StackSize)
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return done.Task;
    }

    /// <summary>Takes this thread into a namespace.</summary>
    /// <exception cref="IOException">It is the namespace that the thread is in already: the container has none of its own.</exception>
    internal static void Enter(FileDescriptor network, string operand)
    {
        using FileDescriptor own = Files.Open("/proc/thread-self/ns/net", OpenFlags.ReadOnly);
        if (Files.Status(own, "own network namespace").Inode == Files.Status(network, operand).Inode)
        {
            throw new IOException($"enter network namespace \"{operand}\": it is the host's");
        }

        CurrentProcess.Join(network, CloneFlags.NewNet, operand);
    }
}
