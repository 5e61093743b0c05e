namespace Wharf.Cli.Templates;

internal enum TokenKind
{
    Text,
    Open,
    Close,
    Name,
    Field,
    Variable,
    String,
    Number,
    Symbol,
    Blank,
    End,
}
