using System.Runtime.CompilerServices;

namespace Wharf.Shim.Waiting;

/// <summary>The state of an async method that waits, from its first await on.</summary>
internal sealed class MachineBox<TMachine>
    where TMachine : IAsyncStateMachine
{
    // A field: the machine is a struct that changes as it moves.
    private TMachine? machine;

    /// <summary>Gives what moves it on. Set first, kept then: the machine has a copy of it inside.</summary>
    internal static Action Move(ref Action? move, ref TMachine machine)
    {
        if (move is null)
        {
            var box = new MachineBox<TMachine>();
            move = box.MoveNext;
            box.machine = machine;
        }

        return move;
    }

    private void MoveNext() => machine!.MoveNext();
}
