using Wharf.Containerd.Observation;

namespace Wharf.Containerd.Garbage;

/// <summary>How many collections there were, and how long they took.</summary>
internal sealed class CollectionCounts
{
    private long succeeded;
    private long failed;

    public long Succeeded => Interlocked.Read(ref succeeded);

    public long Failed => Interlocked.Read(ref failed);

    public Durations Took { get; } = new();

    public void Add(bool success, TimeSpan took)
    {
        Took.Add(took);
        Interlocked.Increment(ref (success ? ref succeeded : ref failed));
    }
}
