using System.Globalization;
using System.IO.Compression;
using Wharf.Linux;

namespace Wharf.Daemon.Logs;

/// <summary>
/// The files of a log that is cut by size: the log itself, then with a number behind its name, 1 the youngest, and ".gz" behind that once
/// it is compressed.
/// </summary>
internal static class LogFiles
{
    internal const string Compressed = ".gz";

    /// <summary>Those that exist, the oldest first.</summary>
    internal static IReadOnlyList<string> All(string path)
    {
        string folder = Path.GetDirectoryName(path) ?? "/";
        IEnumerable<string> old = (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Path.GetFileName(path) + ".*") : [])
            .Select(file => (File: file, Number: NumberOf(path, file)))
            .Where(file => file.Number > 0)

            // Between the two names of a file that is being compressed the compressed one is whole.
            .GroupBy(file => file.Number)
            .OrderByDescending(files => files.Key)
            .Select(files => files.MaxBy(file => file.File.Length).File);
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
            foreach (string end in new[] { "", Compressed })
            {
                File.Delete(Numbered(path, number) + end);
                if (File.Exists(Numbered(path, number - 1) + end))
                {
                    File.Move(Numbered(path, number - 1) + end, Numbered(path, number) + end);
                }
            }
        }

        File.Delete(Numbered(path, 1) + Compressed);
        if (File.Exists(path))
        {
            File.Move(path, Numbered(path, 1), overwrite: true);
        }
    }

    /// <summary>A file of a log, to be read from any offset; a compressed one is opened up in memory.</summary>
    internal static FileDescriptor Open(string file)
    {
        FileDescriptor opened = Files.Open(file, OpenFlags.ReadOnly);
        if (!file.EndsWith(Compressed, StringComparison.Ordinal))
        {
            return opened;
        }

        using (opened)
        {
            FileDescriptor plain = Files.InMemory(Path.GetFileName(file));
            using var packed = new FileStream($"/proc/self/fd/{opened.Number}", FileMode.Open, FileAccess.Read);
            using var content = new GZipStream(packed, CompressionMode.Decompress);
            byte[] buffer = new byte[1 << 16];
            while (content.Read(buffer) is > 0 and int count)
            {
                Files.Write(plain, buffer.AsSpan(0, count), file);
            }

            return plain;
        }
    }

    internal static string Numbered(string path, int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");

    private static int NumberOf(string path, string file)
    {
        // The pattern "x.*" finds "x" as well.
        ReadOnlySpan<char> end = file.Length > path.Length ? file.AsSpan(path.Length + 1) : "";
        end = end.EndsWith(Compressed) ? end[..^Compressed.Length] : end;
        return int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
    }
}
