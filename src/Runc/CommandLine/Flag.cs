namespace Wharf.Runc.CommandLine;

/// <summary>A flag of a command: its long name, its letter, and whether a value follows.</summary>
internal sealed record Flag(string Name, bool TakesValue = false, char? Letter = null, string Help = "")
{
    /// <summary>What kind of value, as help names it.</summary>
    internal string Value { get; init; } = "string";

    /// <summary>What help says of a flag that is not given.</summary>
    internal string? Default { get; init; }

    /// <summary>Each mention adds to those before.</summary>
    internal bool Repeats { get; init; }

    /// <summary>Taken for the sake of older callers; help does not tell of it.</summary>
    internal bool Hidden { get; init; }
}
