namespace Wharf.Cli.Templates;

/// <summary>A word of a template and where it stands.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Position);
