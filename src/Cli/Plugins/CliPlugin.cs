namespace Wharf.Cli.Plugins;

/// <summary>A program in a plugin folder that is a command of the client: docker-NAME.</summary>
/// <param name="Name">Of the command.</param>
/// <param name="Path">Of the program.</param>
internal sealed record CliPlugin(string Name, string Path)
{
    internal string SchemaVersion { get; init; } = "";

    internal string Vendor { get; init; } = "";

    internal string Version { get; init; } = "";

    internal string Summary { get; init; } = "";

    internal string Address { get; init; } = "";

    internal bool Hidden { get; init; }

    /// <summary>Programs of the same name in folders that are looked at later.</summary>
    internal IReadOnlyList<string> Shadowed { get; init; } = [];

    /// <summary>Why it is none; empty when it is one.</summary>
    internal string Failure { get; init; } = "";
}
