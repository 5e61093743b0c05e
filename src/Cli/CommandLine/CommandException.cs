namespace Wharf.Cli.CommandLine;

/// <summary>The command ends here: what is said, and with which code. An empty message says nothing.</summary>
internal sealed class CommandException(string message, int code = 1) : Exception(message)
{
    internal int Code { get; } = code;
}
