using Wharf.Runc.CommandLine;

namespace Wharf.Runc;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    internal static string OfCommand(string name, IReadOnlyList<Flag> flags) =>
        $"""
        NAME:
           runc {name}

        USAGE:
           runc {name} [options] [arguments...]

        OPTIONS:
           {string.Join("\n   ", flags.Select(Line).Order(StringComparer.Ordinal))}
           --help, -h

        """;

    internal static string Of(IEnumerable<string> commands) =>
        $"""
        NAME:
           runc - runs containers by the Open Container Initiative's runtime specification

        USAGE:
           runc [global options] command [command options] [arguments...]

        COMMANDS:
           {string.Join("\n   ", commands)}

        GLOBAL OPTIONS:
           --root value        directory of the state of containers
           --log value         file for log lines (default: stderr)
           --log-format value  text or json (default: text)
           --debug             more log lines
           --systemd-cgroup    cgroups through systemd
           --rootless value    true, false or auto
           --help, -h
           --version, -v

        """;

    private static string Line(Flag flag) => $"--{flag.Name}{(flag.Letter is { } letter ? $", -{letter}" : string.Empty)}{(flag.TakesValue ? " value" : string.Empty)}";
}
