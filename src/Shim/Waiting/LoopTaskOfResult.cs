using System.Runtime.CompilerServices;

namespace Wharf.Shim.Waiting;

/// <summary>A <see cref="LoopTask"/> with a result.</summary>
[AsyncMethodBuilder(typeof(LoopTaskBuilder<>))]
internal sealed class LoopTask<T> : LoopTask
{
    private T? result;

    /// <summary>Of one that is done.</summary>
    internal T Result
    {
        get
        {
            ThrowIfFailed();
            return result!;
        }
    }

    internal void Complete(T value)
    {
        result = value;
        Complete();
    }

    /// <summary>Where more than one thing may end it, and the first does.</summary>
    internal void CompleteOnce(T value)
    {
        if (!IsDone)
        {
            Complete(value);
        }
    }

    internal new LoopAwaiter<T> GetAwaiter() => new(this);
}
