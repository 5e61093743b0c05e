namespace Wharf.Cli.CommandLine;

/// <summary>Too few or too many arguments for a command.</summary>
internal sealed class ArgumentCountException(string message, bool tooFew) : Exception(message)
{
    internal bool TooFew { get; } = tooFew;
}
