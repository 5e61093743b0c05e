namespace Wharf.Libcontainer.Criu;

/// <summary>criu's log of one run.</summary>
internal sealed class CriuLog(string folder, string name)
{
    private const int Before = 5;
    private const int Last = 3;

    internal string Path { get; } = System.IO.Path.Combine(folder, name);

    /// <summary>Each line with "Error" and the few before it, with their numbers, as "grep -n -B5 Error" shows them.</summary>
    internal void Quote(Action<string> warn)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What criu says is lost; that it failed is reported in any case.
            warn(error.Message);
            return;
        }

        int shown = -1;
        for (int number = 0; number < lines.Length; number++)
        {
            if (!lines[number].Contains("Error", StringComparison.Ordinal))
            {
                continue;
            }

            if (shown < 0)
            {
                warn($"--- Quoting \"{Path}\"");
            }
            else if (number - Before > shown + 1)
            {
                warn("...");
            }

            for (int line = Math.Max(shown + 1, number - Before); line <= number; line++)
            {
                warn($"{line + 1}:{lines[line]}");
            }

            shown = number;
        }

        if (shown >= 0)
        {
            warn("---");
        }
    }

    /// <summary>The last few errors, the cause before what followed from it; empty when there is none.</summary>
    internal string LastErrors()
    {
        try
        {
            return string.Join("; ", File.ReadLines(Path).Where(line => line.Contains("Error", StringComparison.Ordinal)).Select(Text).TakeLast(Last));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    /// <summary>"(TIME) Error (FILE:LINE): TEXT" without the time and the place.</summary>
    private static string Text(string line)
    {
        int end = line.IndexOf("): ", line.IndexOf("Error", StringComparison.Ordinal), StringComparison.Ordinal);
        return end < 0 ? line : line[(end + 3)..];
    }
}
