using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;

namespace Wharf.Cli.Commands;

/// <summary>"aliases" of config.json. Docker's client allows one, "builder", for a plugin that takes over what it names.</summary>
internal static class CommandAliases
{
    private const string Allowed = "builder";

    /// <summary>The words with the alias replaced, or null when it is not in use.</summary>
    internal static List<string>? Apply(Session session, List<string> words)
    {
        foreach ((string name, string target) in session.Configuration.Find("aliases").Properties().Select(alias => (alias.Name, alias.Value.ToString())))
        {
            if (name != Allowed)
            {
                throw new CommandException($"not allowed to alias \"{name}\" (allowed: map[string]struct {{}}{{\"{Allowed}\":struct {{}}{{}}}})");
            }

            string first = target.Split(' ')[0];
            if (CommandTable.Find(first) is not null || CommandGroup.Find(first) is not null)
            {
                throw new CommandException($"not allowed to alias with builtin \"{target}\" as target");
            }

            if (words[0] == name)
            {
                return [.. target.Split(' '), .. words.Skip(1)];
            }
        }

        return null;
    }
}
