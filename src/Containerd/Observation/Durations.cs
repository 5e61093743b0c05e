namespace Wharf.Containerd.Observation;

/// <summary>How long something took, as a histogram of Prometheus's: by the bounds that Go's client has.</summary>
internal sealed class Durations
{
    private static readonly double[] Limits = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private readonly Lock gate = new();
    private readonly long[] within = new long[Limits.Length];
    private long count;
    private double sum;

    public static IReadOnlyList<double> Bounds => Limits;

    public void Add(TimeSpan took)
    {
        lock (gate)
        {
            count++;
            sum += took.TotalSeconds;
            for (int index = 0; index < Limits.Length; index++)
            {
                if (took.TotalSeconds <= Limits[index])
                {
                    within[index]++;
                }
            }
        }
    }

    /// <summary>How many took at most each of the bounds, how many there were, and seconds of all together.</summary>
    public (IReadOnlyList<long> Within, long Count, double Sum) Read()
    {
        lock (gate)
        {
            return ([.. within], count, sum);
        }
    }
}
