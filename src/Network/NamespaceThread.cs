using Wharf.Linux;

namespace Wharf.Network;

/// <summary>
/// A thread for one piece of work that changes its network namespace. It is never one of the pool's, it ends with the work, and
/// it is back where it came from before anybody hears of the end: the pool makes its threads from whichever thread wants
/// something done, and they begin in its namespace.
/// </summary>
internal static class NamespaceThread
{
    private const string Own = "/proc/thread-self/ns/net";
    private const int StackSize = 256 << 10;

    internal static Task RunAsync(string name, Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                Exception? failure = Inside(work);
                if (failure is null)
                {
                    done.SetResult();
                }
                else
                {
                    done.SetException(failure);
                }
            },
            StackSize)
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return done.Task;
    }

    /// <summary>Runs what may take this thread elsewhere, and takes it back; what went wrong, or null.</summary>
    internal static Exception? Inside(Action work)
    {
        try
        {
            using FileDescriptor own = Files.Open(Own, OpenFlags.ReadOnly);
            try
            {
                work();
            }
            finally
            {
                CurrentProcess.Join(own, CloneFlags.NewNet, Own);
            }

            return null;
        }
#pragma warning disable CA1031 // whatever it is, it belongs to who awaits
        catch (Exception error)
        {
            return error;
        }
#pragma warning restore CA1031
    }

    /// <summary>Takes this thread into a namespace.</summary>
    /// <exception cref="IOException">It is the namespace that the thread is in already: the container has none of its own.</exception>
    internal static void Enter(FileDescriptor network, string operand)
    {
        using FileDescriptor own = Files.Open(Own, OpenFlags.ReadOnly);
        if (Files.Status(own, "own network namespace").Inode == Files.Status(network, operand).Inode)
        {
            throw new IOException($"enter network namespace \"{operand}\": it is the host's");
        }

        CurrentProcess.Join(network, CloneFlags.NewNet, operand);
    }
}
