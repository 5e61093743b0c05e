namespace Wharf.Runc.CommandLine;

/// <summary>A flag of a command: its long name, its letter, and whether a value follows.</summary>
internal sealed record Flag(string Name, bool TakesValue = false, char? Letter = null);
