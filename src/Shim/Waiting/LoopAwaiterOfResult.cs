using System.Runtime.CompilerServices;

namespace Wharf.Shim.Waiting;

/// <summary>What await needs of a <see cref="LoopTask{T}"/>.</summary>
internal readonly struct LoopAwaiter<T>(LoopTask<T> task) : INotifyCompletion
{
    public bool IsCompleted => task.IsDone;

    public void OnCompleted(Action continuation) => task.WhenDone(continuation);

    public T GetResult() => task.Result;
}
