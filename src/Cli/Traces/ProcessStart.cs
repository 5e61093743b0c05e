namespace Wharf.Cli.Traces;

/// <summary>When this program began, as the kernel has it: field 22 of /proc/self/stat counts from boot, in hundredths of a second.</summary>
internal static class ProcessStart
{
    private const double TicksPerSecond = 100;

    internal static DateTimeOffset Time
    {
        get
        {
            string stat = File.ReadAllText("/proc/self/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            double started = double.Parse(fields[19], System.Globalization.CultureInfo.InvariantCulture) / TicksPerSecond;

            // The clock of Stopwatch stands still while the machine sleeps, that of the field does not: uptime counts as the field does.
            double up = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            return DateTimeOffset.UtcNow - TimeSpan.FromSeconds(Math.Max(0, up - started));
        }
    }
}
