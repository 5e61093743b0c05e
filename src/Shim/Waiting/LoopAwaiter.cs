using System.Runtime.CompilerServices;

namespace Wharf.Shim.Waiting;

/// <summary>What await needs of a <see cref="LoopTask"/>.</summary>
internal readonly struct LoopAwaiter(LoopTask task) : INotifyCompletion
{
    public bool IsCompleted => task.IsDone;

    public void OnCompleted(Action continuation) => task.WhenDone(continuation);

    public void GetResult() => task.ThrowIfFailed();
}
