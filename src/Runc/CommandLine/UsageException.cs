namespace Wharf.Runc.CommandLine;

/// <summary>A command line that cannot be understood; with the help of the command it is told to the user.</summary>
internal sealed class UsageException(string message, bool flags = true) : Exception(message)
{
    /// <summary>Whether a flag is wrong, and not the number of operands.</summary>
    internal bool Flags { get; } = flags;
}
