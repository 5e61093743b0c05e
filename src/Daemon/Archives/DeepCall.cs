using System.Runtime.CompilerServices;

namespace Wharf.Daemon.Archives;

/// <summary>
/// A step into a directory of a tree that somebody else has made: containers can nest directories deeper than a stack has room for.
/// Where the stack is near its end the step is made on another thread's.
/// </summary>
internal static class DeepCall
{
    private const int Room = 64 << 20;

    internal static T Run<T>(Func<T> step)
    {
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return step();
        }

        T? result = default;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = step();
                }
                catch (Exception error)
                {
                    failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error);
                }
            },
            Room);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }
}
