using System.Globalization;
using System.Text;
using Wharf.Linux;

namespace Wharf.Daemon.Host;

/// <summary>What the host's ps says of some processes, with any of its options.</summary>
internal static class ProcessListing
{
    private const string NumberTitle = "PID";

    /// <summary>The titles, and a row of as many fields for each process.</summary>
    internal static (IReadOnlyList<string> Titles, IReadOnlyList<IReadOnlyList<string>> Rows) Ask(string options, IReadOnlyList<int> processes)
    {
        string[] words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string program = Spawner.Find("ps") ?? throw new EngineException(EngineErrorKind.System, "exec: \"ps\": executable file not found in $PATH");
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using (read)
        {
            ChildProcess child;
            using (write)
            {
                child = Spawner.Start(new SpawnRequest { Path = program, Arguments = ["ps", .. words], Descriptors = [(write, 1), (write, 2)] });
            }

            using (child)
            {
                string text = ReadToEnd(read);
                int code = child.Wait().Code;
                return code == 0
                    ? Choose(text, processes)
                    : throw new EngineException(EngineErrorKind.System, $"Error running ps: exit status {code}: {text.Trim()}");
            }
        }
    }

    /// <summary>The lines of these processes. The last title takes all that is left of a line: a command has blanks.</summary>
    internal static (IReadOnlyList<string> Titles, IReadOnlyList<IReadOnlyList<string>> Rows) Choose(string output, IReadOnlyList<int> processes)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] titles = lines.Length == 0 ? [] : Words(lines[0]);
        int column = Array.IndexOf(titles, NumberTitle);
        if (column < 0)
        {
            throw new EngineException(EngineErrorKind.System, "Couldn't find PID field in ps output");
        }

        HashSet<string> numbers = [.. processes.Select(one => one.ToString(CultureInfo.InvariantCulture))];
        return (titles, [.. lines.Skip(1).Select(Words).Where(row => row.Length > column && numbers.Contains(row[column])).Select(row => Fields(row, titles.Length))]);
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Fields(string[] row, int count) =>
        row.Length <= count ? row : [.. row[..(count - 1)], string.Join(' ', row[(count - 1)..])];

    private static string ReadToEnd(FileDescriptor pipe)
    {
        var bytes = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        for (int count = Files.Read(pipe, buffer, "ps"); count > 0; count = Files.Read(pipe, buffer, "ps"))
        {
            bytes.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
