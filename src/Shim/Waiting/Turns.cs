namespace Wharf.Shim.Waiting;

/// <summary>One after the other, in the order in which they came.</summary>
internal sealed class Turns
{
    private readonly Queue<LoopTask> waiting = new();
    private bool taken;

    /// <summary>Ends once it is the caller's turn, which lasts until what it gives is disposed.</summary>
    internal async LoopTask<Turn> TakeAsync()
    {
        if (taken)
        {
            var mine = new LoopTask();
            waiting.Enqueue(mine);
            await mine;
        }

        taken = true;
        return new Turn(this);
    }

    private void Pass()
    {
        if (waiting.TryDequeue(out LoopTask? next))
        {
            next.Complete();
        }
        else
        {
            taken = false;
        }
    }

    /// <summary>Somebody's turn.</summary>
    internal readonly struct Turn(Turns turns) : IDisposable
    {
        public void Dispose() => turns.Pass();
    }
}
