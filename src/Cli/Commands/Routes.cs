namespace Wharf.Cli.Commands;

/// <summary>Names in routes: what a user types never leaves its place in the path.</summary>
internal static class Routes
{
    internal static string Container(string name) => name.Trim().Length > 0 ? "/containers/" + Uri.EscapeDataString(name)
        : throw new CommandLine.CommandException("invalid container name or ID: value is empty");

    /// <summary>Slashes and colons of a reference stay.</summary>
    internal static string Image(string name) => name.Trim().Length > 0 ? "/images/" + Uri.EscapeDataString(name).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal)
        : throw new CommandLine.CommandException("invalid image name or ID: value is empty");
}
