using System.Text;

namespace Wharf.Bench;

/// <summary>Prints as it goes, and everything again as one table at the end.</summary>
internal sealed class Report
{
    private static readonly string[] Heads = ["median / p90", "wharf", "peer", "of the peer", "ratio", "rounds", "budget"];
    private readonly List<Row> rows = [];
    private readonly List<string> notes = [];

    internal IReadOnlyList<Row> Rows => rows;

    internal IReadOnlyList<string> Notes => notes;

    internal static void Section(string name) => Console.WriteLine($"== {name}");

    internal void Add(Row row)
    {
        rows.Add(row);
        Console.WriteLine("   " + string.Join(" | ", row.Cells().Where(cell => cell.Length > 0)));
    }

    /// <summary>What was left out, or under which conditions something was measured.</summary>
    internal void Note(string text)
    {
        notes.Add(text);
        Console.WriteLine("   " + text);
    }

    internal void PrintTable()
    {
        Console.WriteLine();
        foreach (string note in notes)
        {
            Console.WriteLine("note: " + note);
        }

        List<string[]> lines = [Heads, .. rows.Select(row => row.Cells())];
        int[] widths = [.. Enumerable.Range(0, Heads.Length).Select(column => lines.Max(line => line[column].Length))];
        for (int number = 0; number < lines.Count; number++)
        {
            Console.WriteLine(Line(lines[number], widths));
            if (number == 0)
            {
                Console.WriteLine(Line([.. widths.Select(width => new string('-', width))], widths));
            }
        }
    }

    private static string Line(string[] cells, int[] widths)
    {
        var text = new StringBuilder("|");
        for (int column = 0; column < cells.Length; column++)
        {
            text.Append(' ').Append(cells[column].PadRight(widths[column])).Append(" |");
        }

        return text.ToString();
    }
}
