namespace Wharf.Cli.Containers;

/// <summary>Environment variables, labels and other name=value, from flags and from files.</summary>
internal static class Variables
{
    internal static IReadOnlyList<string> Environment(IEnumerable<string> files, IEnumerable<string> given)
    {
        var variables = new List<string>();
        foreach (string file in files)
        {
            foreach (string line in Lines(file, "environment"))
            {
                string name = line.Split('=')[0];
                if (line.Contains('=', StringComparison.Ordinal))
                {
                    variables.Add(line);
                }
                else if (System.Environment.GetEnvironmentVariable(name) is { } value)
                {
                    variables.Add($"{name}={value}");
                }
            }
        }

        foreach (string variable in given)
        {
            if (variable.Length == 0 || variable[0] == '=')
            {
                throw new CommandLine.UsageException($"invalid argument \"{variable}\" for \"-e, --env\" flag: invalid environment variable: {variable}");
            }

            // A name alone takes the value it has here, and stays alone when it has none.
            variables.Add(variable.Contains('=', StringComparison.Ordinal) || System.Environment.GetEnvironmentVariable(variable) is not { } value ? variable : $"{variable}={value}");
        }

        return variables;
    }

    internal static IReadOnlyDictionary<string, string> Labels(IEnumerable<string> files, IEnumerable<string> given) =>
        Map([.. files.SelectMany(file => Lines(file, "label")), .. given]);

    internal static IReadOnlyDictionary<string, string> Map(IEnumerable<string> pairs)
    {
        var map = new Dictionary<string, string>();
        foreach (string pair in pairs)
        {
            string[] parts = pair.Split('=', 2);
            map[parts[0]] = parts.Length == 2 ? parts[1] : "";
        }

        return map;
    }

    private static IEnumerable<string> Lines(string file, string kind)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidSettingException(error is FileNotFoundException or DirectoryNotFoundException ? $"open {file}: no such file or directory" : $"open {file}: {error.Message}");
        }

        for (int number = 0; number < lines.Length; number++)
        {
            string line = lines[number].TrimStart().TrimStart('\ufeff');
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            string name = line.Split('=')[0];
            if (name.Length == 0)
            {
                throw new InvalidSettingException($"invalid {kind} file ({file}): no variable name on line '{line}'");
            }

            if (name.Any(char.IsWhiteSpace))
            {
                throw new InvalidSettingException($"invalid {kind} file ({file}): variable '{name}' contains whitespaces");
            }

            yield return line;
        }
    }
}
