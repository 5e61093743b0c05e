using System.Globalization;

namespace Wharf.Daemon.Host;

/// <summary>Processes as "ps -ef" prints them, read from /proc.</summary>
internal static class ProcessTable
{
    private const int TicksPerSecond = 100;

    internal static IReadOnlyList<string> Titles { get; } = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"];

    internal static IReadOnlyList<IReadOnlyList<string>> Rows(IEnumerable<int> pids)
    {
        DateTimeOffset boot = DateTimeOffset.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64);
        Dictionary<string, string> users = File.Exists("/etc/passwd")
            ? File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 2).DistinctBy(fields => fields[2]).ToDictionary(fields => fields[2], fields => fields[0])
            : [];
        return [.. pids.Order().Select(pid => Row(pid, boot, users)).OfType<IReadOnlyList<string>>()];
    }

    private static IReadOnlyList<string>? Row(int pid, DateTimeOffset boot, Dictionary<string, string> users)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");

            // The name in parentheses may hold anything: fields are counted from its end.
            int end = stat.LastIndexOf(')');
            string[] fields = stat[(end + 2)..].Split(' ');
            string name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end];
            string command = File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').TrimEnd();
            string uid = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];
            long Field(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
            TimeSpan used = TimeSpan.FromSeconds((Field(11) + Field(12)) / (double)TicksPerSecond);
            DateTimeOffset began = boot + TimeSpan.FromSeconds(Field(19) / (double)TicksPerSecond);
            double age = Math.Max(1, (DateTimeOffset.UtcNow - began).TotalSeconds);
            long terminal = Field(4);
            return
            [
                users.GetValueOrDefault(uid, uid),
                pid.ToString(CultureInfo.InvariantCulture),
                fields[1],
                ((int)(used.TotalSeconds * 100 / age)).ToString(CultureInfo.InvariantCulture),
                began.ToLocalTime().ToString(age < 86400 ? "HH:mm" : "MMMdd", CultureInfo.InvariantCulture),
                terminal >> 8 == 136 ? $"pts/{terminal & 0xff}" : "?",
                used.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture),
                command.Length > 0 ? command : $"[{name}]",
            ];
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            // It has ended meanwhile.
            return null;
        }
    }
}
