using Wharf.Cli.CommandLine;

namespace Wharf.Cli;

/// <summary>The flags before the command.</summary>
internal static class GlobalFlags
{
    internal static IReadOnlyList<Flag> All { get; } = Build("");

    /// <summary>With the defaults that this user has, for the help text.</summary>
    internal static IReadOnlyList<Flag> WithDefaults => Build(Session.DefaultConfigurationFolder);

    private static Flag[] Build(string folder)
    {
        string File(string name) => folder.Length > 0 ? Path.Combine(folder, name) : "";
        return
        [
            new("config", '\0', FlagType.Text, "Location of client config files", folder),
            new("context", 'c', FlagType.Text, "Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with \"docker context use\")"),
            new("debug", 'D', FlagType.Switch, "Enable debug mode"),
            new("host", 'H', FlagType.List, "Daemon socket to connect to"),
            new("log-level", 'l', FlagType.Text, "Set the logging level (\"debug\", \"info\", \"warn\", \"error\", \"fatal\")", "info"),
            new("tls", '\0', FlagType.Switch, "Use TLS; implied by --tlsverify"),
            new("tlscacert", '\0', FlagType.Text, "Trust certs signed only by this CA", File("ca.pem")),
            new("tlscert", '\0', FlagType.Text, "Path to TLS certificate file", File("cert.pem")),
            new("tlskey", '\0', FlagType.Text, "Path to TLS key file", File("key.pem")),
            new("tlsverify", '\0', FlagType.Switch, "Use TLS and verify the remote"),
            new("version", 'v', FlagType.Switch, "Print version information and quit"),
            new("help", '\0', FlagType.Switch, ""),
        ];
    }
}
