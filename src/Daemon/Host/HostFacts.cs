using System.Globalization;

namespace Wharf.Daemon.Host;

/// <summary>What the API tells of the machine, read from where the kernel and the distribution write it.</summary>
internal static class HostFacts
{
    private static readonly string[] ReleaseFiles = ["/etc/os-release", "/usr/lib/os-release"];

    internal static string Kernel => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    internal static bool HasUnifiedCgroups => File.Exists("/sys/fs/cgroup/cgroup.controllers");

    internal static long Memory
    {
        get
        {
            string line = File.ReadLines("/proc/meminfo").First(one => one.StartsWith("MemTotal:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    internal static int OpenFiles => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    internal static bool Forwards => File.Exists("/proc/sys/net/ipv4/ip_forward") && File.ReadAllText("/proc/sys/net/ipv4/ip_forward").Trim() == "1";

    /// <summary>A line of os-release; "Linux" where a host has none.</summary>
    internal static string Release(string name)
    {
        foreach (string path in ReleaseFiles.Where(File.Exists))
        {
            if (File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal)) is { } line)
            {
                return line[(name.Length + 1)..].Trim('"');
            }
        }

        return name == "PRETTY_NAME" ? "Linux" : "";
    }
}
