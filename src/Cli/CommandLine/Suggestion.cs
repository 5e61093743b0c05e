namespace Wharf.Cli.CommandLine;

/// <summary>What a mistyped command may have meant: those at most two edits away, and those that it begins.</summary>
internal static class Suggestion
{
    private const int MostEdits = 2;

    /// <summary>A paragraph for an error, empty when nothing is near.</summary>
    internal static string Text(string typed, string prefix, IEnumerable<string> known)
    {
        string[] near =
        [
            .. known.Distinct().Select(name => (Name: name, Edits: Edits(typed, name)))
                .Where(pair => pair.Edits <= Math.Min(MostEdits, pair.Name.Length - 1) || (typed.Length > 1 && pair.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase)))
                .OrderBy(pair => pair.Edits).ThenBy(pair => pair.Name, StringComparer.Ordinal)
                .Take(3).Select(pair => pair.Name),
        ];
        return near.Length == 0 ? "" : $"Did you mean this?\n{string.Concat(near.Select(name => $"        {Session.Program} {prefix}{name}\n"))}\n";
    }

    /// <summary>Letters inserted, left out, exchanged, or two neighbours swapped.</summary>
    internal static int Edits(string left, string right)
    {
        int[,] edits = new int[left.Length + 1, right.Length + 1];
        for (int row = 0; row <= left.Length; row++)
        {
            for (int column = 0; column <= right.Length; column++)
            {
                if (row == 0 || column == 0)
                {
                    edits[row, column] = row + column;
                    continue;
                }

                int cost = left[row - 1] == right[column - 1] ? 0 : 1;
                int least = Math.Min(Math.Min(edits[row - 1, column], edits[row, column - 1]) + 1, edits[row - 1, column - 1] + cost);
                bool swapped = row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1];
                edits[row, column] = swapped ? Math.Min(least, edits[row - 2, column - 2] + 1) : least;
            }
        }

        return edits[left.Length, right.Length];
    }
}
