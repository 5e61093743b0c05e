using System.Globalization;

namespace Wharf.Daemon.Logs;

/// <summary>The files of a log that is cut by size: the log itself, then with a number behind its name, 1 the youngest.</summary>
internal static class LogFiles
{
    /// <summary>Those that exist, the oldest first.</summary>
    internal static IReadOnlyList<string> All(string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "/";
        string prefix = Path.GetFileName(path) + ".";
        IEnumerable<string> old = (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, prefix + "*") : [])
            .Where(file => Path.GetFileName(file).StartsWith(prefix, StringComparison.Ordinal))
            .Select(file => (File: file, Number: int.TryParse(Path.GetFileName(file).AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0))
            .Where(file => file.Number > 0)
            .OrderByDescending(file => file.Number)
            .Select(file => file.File);
        return [.. old, .. File.Exists(path) ? new[] { path } : []];
    }

    /// <summary>Makes room for a new log: the others move on by one, and the oldest goes.</summary>
    /// <param name="path">Of the log.</param>
    /// <param name="most">How many files there may be, the new one among them.</param>
    internal static void Rotate(string path, int most)
    {
        if (most == 1)
        {
            // Not cut short: who follows it reads it to its end.
            File.Delete(path);
            return;
        }

        for (int number = most - 1; number > 1; number--)
        {
            string older = Numbered(path, number - 1);
            if (File.Exists(older))
            {
                File.Move(older, Numbered(path, number), overwrite: true);
            }
        }

        if (File.Exists(path))
        {
            File.Move(path, Numbered(path, 1), overwrite: true);
        }
    }

    private static string Numbered(string path, int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");
}
