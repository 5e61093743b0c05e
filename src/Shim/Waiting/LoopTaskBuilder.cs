using System.Runtime.CompilerServices;

namespace Wharf.Shim.Waiting;

/// <summary>What the compiler calls in an async method without a result.</summary>
internal struct LoopTaskBuilder
{
    private Action? move;

    public LoopTask Task { get; private init; }

    public static LoopTaskBuilder Create() => new() { Task = new LoopTask() };

#pragma warning disable CA1822 // Called on the instance by the compiler's code.
    public readonly void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => machine.MoveNext();

    public readonly void SetStateMachine(IAsyncStateMachine machine)
    {
        // Of an older protocol: the box is made at the first await.
    }
#pragma warning restore CA1822

    public readonly void SetResult() => Task.Complete();

    public readonly void SetException(Exception error) => Task.Fail(error);

    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.OnCompleted(MachineBox<TMachine>.Move(ref move, ref machine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(MachineBox<TMachine>.Move(ref move, ref machine));
}
