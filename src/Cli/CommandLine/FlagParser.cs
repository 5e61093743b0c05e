namespace Wharf.Cli.CommandLine;

/// <summary>
/// Flags as pflag reads them: --name=value, --name value, -n value, -nvalue, clusters of switches, "--" for the end.
/// By hand, because building a command tree of a library costs more than the whole start of the client: decision 0002.
/// </summary>
internal static class FlagParser
{
    private static readonly Flag Help = new("help", '\0', FlagType.Switch, "Print usage");

    /// <summary>The arguments that are no flags.</summary>
    /// <exception cref="UsageException">An unknown flag, or a value that is missing or wrong.</exception>
    internal static List<string> Parse(IReadOnlyList<Flag> known, IReadOnlyList<string> words, bool interspersed, FlagValues values)
    {
        var arguments = new List<string>();
        for (int index = 0; index < words.Count; index++)
        {
            string word = words[index];
            if (word == "--")
            {
                arguments.AddRange(words.Skip(index + 1));
                break;
            }

            if (word.Length < 2 || word[0] != '-')
            {
                arguments.Add(word);
                if (!interspersed)
                {
                    arguments.AddRange(words.Skip(index + 1));
                    break;
                }
            }
            else if (word[1] == '-')
            {
                ParseLong(known, word, words, ref index, values);
            }
            else
            {
                ParseCluster(known, word, words, ref index, values);
            }
        }

        return arguments;
    }

    private static void ParseLong(IReadOnlyList<Flag> known, string word, IReadOnlyList<string> words, ref int index, FlagValues values)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word[2..] : word[2..equals];
        if (name.Length == 0 || name[0] == '-')
        {
            throw new UsageException($"bad flag syntax: {word}");
        }

        Flag flag = Find(known, name) ?? throw new UsageException($"unknown flag: --{name}");
        if (equals >= 0)
        {
            values.Set(flag, word[(equals + 1)..]);
        }
        else if (flag.Type == FlagType.Switch)
        {
            values.Set(flag, "true");
        }
        else if (index + 1 < words.Count)
        {
            values.Set(flag, words[++index]);
        }
        else
        {
            throw new UsageException($"flag needs an argument: --{name}");
        }
    }

    private static void ParseCluster(IReadOnlyList<Flag> known, string word, IReadOnlyList<string> words, ref int index, FlagValues values)
    {
        for (int position = 1; position < word.Length; position++)
        {
            char letter = word[position];
            Flag flag = known.FirstOrDefault(candidate => candidate.Short == letter)
                ?? (letter == 'h' ? throw new HelpRequestedException() : throw new UsageException($"unknown shorthand flag: '{letter}' in -{word[position..]}"));
            string rest = word[(position + 1)..];
            if (rest.StartsWith('='))
            {
                values.Set(flag, rest[1..]);
                return;
            }

            if (flag.Type == FlagType.Switch)
            {
                values.Set(flag, "true");
                continue;
            }

            if (rest.Length > 0)
            {
                values.Set(flag, rest);
            }
            else if (index + 1 < words.Count)
            {
                values.Set(flag, words[++index]);
            }
            else
            {
                throw new UsageException($"flag needs an argument: '{letter}' in -{word[position..]}");
            }

            return;
        }
    }

    private static Flag? Find(IReadOnlyList<Flag> known, string name)
    {
        foreach (Flag flag in known)
        {
            if (flag.Name == name)
            {
                return flag;
            }
        }

        // Old names that scripts still use.
        return name switch
        {
            "help" => Help,
            "net" => known.FirstOrDefault(flag => flag.Name == "network" && flag.Type == FlagType.Network),
            "net-alias" => known.FirstOrDefault(flag => flag.Name == "network-alias"),
            "dns-opt" => known.FirstOrDefault(flag => flag.Name == "dns-option"),
            _ => null,
        };
    }
}
