namespace Wharf.Cli.CommandLine;

/// <summary>A command with what it was called with.</summary>
internal sealed record Invocation(Session Session, Command Command, FlagValues Flags, IReadOnlyList<string> Arguments);
