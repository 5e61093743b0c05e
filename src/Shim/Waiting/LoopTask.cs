using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Wharf.Shim.Waiting;

/// <summary>
/// Work that ends on a later turn of the loop. What awaits it goes on in the very turn that ends it, on the one thread: the
/// library's tasks would bring others.
/// </summary>
[AsyncMethodBuilder(typeof(LoopTaskBuilder))]
internal class LoopTask
{
    private Action? continuation;
    private Exception? error;

    internal bool IsDone { get; private set; }

    internal void Complete()
    {
        IsDone = true;
        Action? next = continuation;
        continuation = null;
        next?.Invoke();
    }

    internal void Fail(Exception cause)
    {
        error = cause;
        Complete();
    }

    internal void WhenDone(Action action)
    {
        if (IsDone)
        {
            action();
        }
        else
        {
            continuation += action;
        }
    }

    internal void ThrowIfFailed()
    {
        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    internal LoopAwaiter GetAwaiter() => new(this);
}
