using System.Text;

namespace Wharf.Cli.CommandLine;

/// <summary>One line of comma-separated values, as Go's encoding/csv reads it.</summary>
internal static class CommaList
{
    internal static IReadOnlyList<string> Split(string line)
    {
        if (line.Length == 0)
        {
            return [];
        }

        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int index = 0; index < line.Length; index++)
        {
            char letter = line[index];
            if (quoted && letter == '"' && index + 1 < line.Length && line[index + 1] == '"')
            {
                field.Append(letter);
                index++;
            }
            else if (letter == '"' && (quoted || field.Length == 0))
            {
                quoted = !quoted;
            }
            else if (letter == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(letter);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
