namespace Wharf.Cli.CommandLine;

/// <summary>A command line that cannot be understood: code 125, with the command's usage.</summary>
internal sealed class UsageException(string message) : Exception(message);
