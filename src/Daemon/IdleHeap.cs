namespace Wharf.Daemon;

/// <summary>
/// Gives the heap that a burst of work took back to the system once the work is over. The runtime itself collects when somebody
/// allocates, and an idle daemon allocates nothing.
/// </summary>
internal static class IdleHeap
{
    private const long Idle = 256 << 10;
    private const long Burst = 2 << 20;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(CancellationToken cancellation)
    {
        long collected = 0;
        long last = 0;
        using var timer = new PeriodicTimer(Period);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                long now = GC.GetTotalAllocatedBytes();
                if (now - last < Idle && now - collected > Burst)
                {
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
                    collected = now;
                }

                last = now;
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }
}
