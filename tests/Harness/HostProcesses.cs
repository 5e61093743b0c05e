using System.Globalization;

namespace Wharf.Harness;

/// <summary>The processes of this host, read from /proc.</summary>
public static class HostProcesses
{
    public static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : 0)
            .Where(id => id > 0);

    /// <summary>Those whose command line names a path: shims and runtimes name their engine's sockets and bundles.</summary>
    public static IReadOnlyList<int> Naming(string path) =>
        [.. All().Where(id => id != Environment.ProcessId && CommandLine(id).Contains(path, StringComparison.Ordinal))];

    /// <summary>The arguments, separated by spaces; empty when the process is gone.</summary>
    public static string CommandLine(int id) => Read(id, "cmdline").Replace('\0', ' ').TrimEnd();

    public static string Executable(int id) => Path.GetFileName(CommandLine(id).Split(' ')[0]);

    /// <summary>The parent's id, or 0 when the process is gone.</summary>
    public static int Parent(int id)
    {
        string status = Read(id, "stat");

        // The name in parentheses may hold spaces and parentheses itself: fields are counted from its end.
        int end = status.LastIndexOf(')');
        return end < 0 ? 0 : int.Parse(status[(end + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    public static bool Lives(int id) => Directory.Exists($"/proc/{id}") && !Read(id, "stat").Contains(") Z ", StringComparison.Ordinal);

    /// <summary>What each open descriptor of a process points to.</summary>
    public static IReadOnlyList<string> Descriptors(int id) =>
        [.. Directory.EnumerateFileSystemEntries($"/proc/{id}/fd").Select(path => new FileInfo(path).LinkTarget ?? string.Empty)];

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }
}
