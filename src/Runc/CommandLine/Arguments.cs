using System.Globalization;

namespace Wharf.Runc.CommandLine;

/// <summary>
/// Flags and operands by runc 1.5's grammar: "--name value", "--name=value", one dash or two, before and behind operands, up to "--" or
/// to what is no name. By hand, because a library's start-up costs more than making the container's namespaces.
/// </summary>
internal sealed class Arguments
{
    private static readonly string[] True = ["1", "t", "T", "true", "TRUE", "True"];
    private static readonly string[] False = ["0", "f", "F", "false", "FALSE", "False"];
    private readonly List<(string Name, string Value)> flags = [];
    private readonly List<string> operands = [];

    internal IReadOnlyList<string> Operands => operands;

    /// <summary>
    /// Of a program: up to the word that is a command, which is the first operand then, and what follows is the command's.
    /// </summary>
    internal static Arguments OfProgram(IReadOnlyList<string> words, IReadOnlyList<Flag> known, Func<string, bool> isCommand) => Parse(words, known, isCommand, int.MaxValue);

    /// <summary>Of a command: flags end behind so many operands, where those of another program follow.</summary>
    internal static Arguments OfCommand(IReadOnlyList<string> words, IReadOnlyList<Flag> known, int flagsEnd = int.MaxValue) => Parse(words, known, _ => false, flagsEnd);

    internal bool Has(string name) => flags.LastOrDefault(flag => flag.Name == name).Value is "true";

    internal string? Value(string name) => flags.LastOrDefault(flag => flag.Name == name).Value;

    internal IReadOnlyList<string> Values(string name) => [.. flags.Where(flag => flag.Name == name).Select(flag => flag.Value)];

    internal int Number(string name)
    {
        string? text = Value(name);
        return text is null ? 0
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
            : throw new UsageException($"invalid value \"{text}\" for flag -{name}: strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    /// <summary>The container's id, the first operand; the number of operands is checked as runc does.</summary>
    internal string ContainerId(string command)
    {
        Expect(command, 1, 1);
        return operands[0];
    }

    internal void Expect(string command, int least, int most)
    {
        string? problem = least == most && operands.Count != most ? $"requires exactly {most} argument(s)"
            : operands.Count < least ? $"requires a minimum of {least} argument(s)"
            : operands.Count > most ? $"requires a maximum of {most} argument(s)"
            : null;
        if (problem is not null)
        {
            throw new UsageException($"{Environment.GetCommandLineArgs()[0]}: \"{command}\" {problem}", flags: false);
        }
    }

    private static Arguments Parse(IReadOnlyList<string> words, IReadOnlyList<Flag> known, Func<string, bool> isCommand, int flagsEnd)
    {
        var parsed = new Arguments();
        int position = 0;
        while (position < words.Count && parsed.operands.Count < flagsEnd)
        {
            string word = words[position];
            if (word == "--")
            {
                position++;
                break;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                if (isCommand(word))
                {
                    break;
                }

                parsed.operands.Add(word);
                position++;
                continue;
            }

            if (word[1] != '-' && !char.IsLetter(word[1]))
            {
                // A negative number, say: an operand, and so is all that follows.
                break;
            }

            position++;
            parsed.Take(word, known, words, ref position);
        }

        parsed.operands.AddRange(words.Skip(position));
        return parsed;
    }

    private void Take(string word, IReadOnlyList<Flag> known, IReadOnlyList<string> words, ref int position)
    {
        string name = word.TrimStart('-');
        string? value = null;
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            (name, value) = (name[..equals], name[(equals + 1)..]);
        }

        Flag flag = known.FirstOrDefault(one => one.Name == name || (name.Length == 1 && one.Letter == name[0]))
            ?? throw new UsageException($"flag provided but not defined: -{name}");
        if (!flag.TakesValue)
        {
            value = value is null or "" || True.Contains(value) ? "true"
                : False.Contains(value) ? "false"
                : throw new UsageException($"invalid value \"{value}\" for flag -{name}: parse error");
        }
        else
        {
            value ??= position < words.Count ? words[position++] : throw new UsageException($"flag needs an argument: {word}");
        }

        flags.Add((flag.Name, value));
    }
}
