using System.Collections.Concurrent;
using Wharf.Linux;

namespace Wharf.Network.Names;

/// <summary>
/// One thread that goes from namespace to namespace and opens sockets there: a socket stays where it was made, and is used from
/// anywhere.
/// </summary>
internal sealed class NamespaceEntry : IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly Thread thread;

    internal NamespaceEntry()
    {
        thread = new Thread(() =>
        {
            foreach (Action action in work.GetConsumingEnumerable())
            {
                action();
            }
        })
        {
            IsBackground = true,
            Name = "namespaces",
        };
        thread.Start();
    }

    /// <summary>Does something in a namespace.</summary>
    internal Task<T> RunAsync<T>(FileDescriptor network, Func<T> open)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add(() =>
        {
            try
            {
                CurrentProcess.Join(network, CloneFlags.NewNet, "network namespace");
                done.SetResult(open());
            }
#pragma warning disable CA1031 // whatever it is, it belongs to who awaits
            catch (Exception error)
            {
                done.SetException(error);
            }
#pragma warning restore CA1031
        });
        return done.Task;
    }

    public void Dispose()
    {
        work.CompleteAdding();
        thread.Join();
        work.Dispose();
    }
}
