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
            T? opened = default;
            Exception? failure = NamespaceThread.Inside(() =>
            {
                CurrentProcess.Join(network, CloneFlags.NewNet, "network namespace");
                opened = open();
            });
            if (failure is null)
            {
                done.SetResult(opened!);
            }
            else
            {
                done.SetException(failure);
            }
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
