namespace Wharf.Runc.CommandLine;

/// <summary>
/// Flags and operands of a command, by runc's grammar: "--name value", "--name=value", one dash or two, flags end at "--", and where a
/// program's own words follow, at the first operand. By hand, because a library's start-up costs more than making the container's namespaces.
/// </summary>
internal sealed class Arguments
{
    private readonly List<(string Name, string Value)> flags = [];

    private Arguments(IReadOnlyList<string> operands) => Operands = operands;

    internal IReadOnlyList<string> Operands { get; private set; }

    internal static Arguments Parse(IReadOnlyList<string> words, IReadOnlyList<Flag> known, bool flagsAfterOperands = false)
    {
        var parsed = new Arguments([]);
        var operands = new List<string>();
        int position = 0;
        while (position < words.Count)
        {
            string word = words[position];
            if (!word.StartsWith('-') || word.Length == 1)
            {
                if (!flagsAfterOperands)
                {
                    break;
                }

                operands.Add(word);
                position++;
                continue;
            }

            position++;
            if (word == "--")
            {
                break;
            }

            string name = word.TrimStart('-');
            string? value = null;
            int equals = name.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
            {
                (name, value) = (name[..equals], name[(equals + 1)..]);
            }

            Flag flag = known.FirstOrDefault(one => one.Name == name || (name.Length == 1 && one.Letter == name[0]))
                ?? throw new UsageException($"flag provided but not defined: -{name}");
            if (flag.TakesValue && value is null)
            {
                value = position < words.Count ? words[position++] : throw new UsageException($"flag needs an argument: -{name}");
            }

            parsed.flags.Add((flag.Name, value ?? "true"));
        }

        parsed.Operands = [.. operands, .. words.Skip(position)];
        return parsed;
    }

    internal bool Has(string name) => flags.Any(flag => flag.Name == name && flag.Value != "false");

    internal string? Value(string name) => flags.LastOrDefault(flag => flag.Name == name).Value;

    internal IReadOnlyList<string> Values(string name) => [.. flags.Where(flag => flag.Name == name).Select(flag => flag.Value)];

    internal int Number(string name)
    {
        string? text = Value(name);
        return text is null ? 0
            : int.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out int number) ? number
            : throw new UsageException($"invalid value \"{text}\" for flag -{name}: parse error");
    }

    /// <summary>The container's id, the first operand; the number of operands is checked as runc does.</summary>
    internal string ContainerId(string command, int most = 1)
    {
        return Operands.Count >= 1 && Operands.Count <= most ? Operands[0]
            : throw new UsageException(Operands.Count < 1
                ? $"\"{command}\" requires a minimum of 1 argument"
                : $"\"{command}\" requires exactly 1 argument(s)");
    }
}
