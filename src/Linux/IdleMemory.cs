namespace Wharf.Linux;

/// <summary>
/// Gives the memory that a burst of work took back to the system once the work is over. The runtime itself collects when somebody
/// allocates, and an idle daemon allocates nothing; the C library keeps what its libraries freed.
/// </summary>
public static class IdleMemory
{
    private const long Idle = 256 << 10;
    private const long Burst = 2 << 20;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    /// <summary>Looks every three seconds until cancelled; it collects at the end of a burst only, never again while nothing happens.</summary>
    public static async Task WatchAsync(CancellationToken cancellation)
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
                    GiveBack();
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

    /// <summary>Collects all, and returns what is free to the system: a millisecond or two of work.</summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        _ = Libc.malloc_trim(0);
    }
}
