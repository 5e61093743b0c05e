namespace Wharf.Cli.Completion;

/// <summary>What may stand where the user types.</summary>
internal sealed record Candidate(string Text, string Description = "");
