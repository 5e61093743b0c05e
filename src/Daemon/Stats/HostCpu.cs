using System.Globalization;

namespace Wharf.Daemon.Stats;

/// <summary>What the host's processors have done since it started, from the first lines of /proc/stat.</summary>
internal static class HostCpu
{
    // user, nice, system, idle, iowait, irq, softirq: guests are counted within user.
    private const int Columns = 7;
    private const ulong NanosecondsPerTick = 10_000_000;

    internal static (ulong Nanoseconds, int Online) Read() => Parse(File.ReadLines("/proc/stat"));

    internal static (ulong Nanoseconds, int Online) Parse(IEnumerable<string> lines)
    {
        ulong ticks = 0;
        int online = 0;
        foreach (string line in lines.TakeWhile(line => line.StartsWith("cpu", StringComparison.Ordinal)))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns[0] == "cpu")
            {
                ticks = columns.Skip(1).Take(Columns).Aggregate(0UL, (sum, column) => sum + ulong.Parse(column, CultureInfo.InvariantCulture));
            }
            else
            {
                online++;
            }
        }

        return (ticks * NanosecondsPerTick, online);
    }
}
