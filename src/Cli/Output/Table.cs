using System.Text;

namespace Wharf.Cli.Output;

/// <summary>Columns three blanks apart, none narrower than ten, as docker prints them; the last is not padded.</summary>
internal static class Table
{
    private const int Narrowest = 10;
    private const int Gap = 3;

    /// <param name="rows">Cells between tabs, the heading first.</param>
    /// <param name="narrowest">Of a column with its gap.</param>
    internal static string Format(IReadOnlyList<string> rows, int narrowest = Narrowest)
    {
        string[][] cells = [.. rows.Select(row => row.Split('\t'))];
        var text = new StringBuilder();

        // A column ends where its rows end: a block of rows that have it is measured together, as Go's tabwriter does.
        for (int row = 0; row < cells.Length; row++)
        {
            for (int column = 0; column < cells[row].Length - 1; column++)
            {
                int first = row;
                while (first > 0 && cells[first - 1].Length - 1 > column)
                {
                    first--;
                }

                int width = 0;
                for (int other = first; other < cells.Length && cells[other].Length - 1 > column; other++)
                {
                    width = Math.Max(width, Length(cells[other][column]) + Gap);
                }

                text.Append(cells[row][column]).Append(' ', Math.Max(width, narrowest) - Length(cells[row][column]));
            }

            text.Append(cells[row][^1]).Append('\n');
        }

        return text.ToString();
    }

    private static int Length(string text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
