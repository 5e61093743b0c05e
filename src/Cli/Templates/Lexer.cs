using System.Globalization;
using System.Text;

namespace Wharf.Cli.Templates;

/// <summary>Cuts a template into its words.</summary>
internal sealed class Lexer(string source)
{
    private readonly List<Token> tokens = [];
    private int position;

    internal static int LineOf(string source, int position) => 1 + source.AsSpan(0, Math.Min(position, source.Length)).Count('\n');

    internal List<Token> Read()
    {
        bool trim = false;
        while (true)
        {
            int open = source.IndexOf("{{", position, StringComparison.Ordinal);
            string text = open < 0 ? source[position..] : source[position..open];
            bool trimNext = open >= 0 && open + 3 < source.Length && source[open + 2] == '-' && char.IsWhiteSpace(source[open + 3]);
            text = trim ? text.TrimStart() : text;
            text = trimNext ? text.TrimEnd() : text;
            if (text.Length > 0)
            {
                tokens.Add(new Token(TokenKind.Text, text, position));
            }

            if (open < 0)
            {
                tokens.Add(new Token(TokenKind.End, "", source.Length));
                return tokens;
            }

            position = open + (trimNext ? 3 : 2);
            trim = ReadAction(open);
        }
    }

    private bool ReadAction(int open)
    {
        int first = position;
        while (first < source.Length && char.IsWhiteSpace(source[first]))
        {
            first++;
        }

        if (string.CompareOrdinal(source, first, "/*", 0, 2) == 0)
        {
            return SkipComment(first);
        }

        tokens.Add(new Token(TokenKind.Open, "{{", open));
        while (true)
        {
            int start = position;
            while (position < source.Length && char.IsWhiteSpace(source[position]))
            {
                position++;
            }

            if (position > start && string.CompareOrdinal(source, position, "-}}", 0, 3) == 0)
            {
                return Close(3, trim: true);
            }

            if (string.CompareOrdinal(source, position, "}}", 0, 2) == 0)
            {
                return Close(2, trim: false);
            }

            if (position > start)
            {
                tokens.Add(new Token(TokenKind.Blank, " ", start));
            }

            if (position >= source.Length)
            {
                throw Error("unclosed action");
            }

            ReadWord();
        }
    }

    private bool Close(int length, bool trim)
    {
        tokens.Add(new Token(TokenKind.Close, "}}", position));
        position += length;
        return trim;
    }

    private bool SkipComment(int first)
    {
        int end = source.IndexOf("*/", first + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Error("unclosed comment");
        }

        position = end + 2;
        bool trim = position + 1 < source.Length && char.IsWhiteSpace(source[position]) && source[position + 1] == '-';
        position += trim ? 2 : 0;
        if (string.CompareOrdinal(source, position, "}}", 0, 2) != 0)
        {
            throw Error("comment ends before closing delimiter");
        }

        position += 2;
        return trim;
    }

    private void ReadWord()
    {
        int start = position;
        char letter = source[position];
        switch (letter)
        {
            case '"':
                ReadQuoted();
                break;
            case '`':
                int end = source.IndexOf('`', position + 1);
                if (end < 0)
                {
                    throw Error("unterminated raw quoted string");
                }

                tokens.Add(new Token(TokenKind.String, source[(position + 1)..end], start));
                position = end + 1;
                break;
            case '\'':
                int close = source.IndexOf('\'', position + 1);
                if (close < 0)
                {
                    throw Error("unterminated character constant");
                }

                tokens.Add(new Token(TokenKind.Number, ((int)source[position + 1]).ToString(CultureInfo.InvariantCulture), start));
                position = close + 1;
                break;
            case '.' when position + 1 < source.Length && IsNameLetter(source[position + 1]) && !char.IsAsciiDigit(source[position + 1]):
                position++;
                tokens.Add(new Token(TokenKind.Field, Name(), start));
                break;
            case '$':
                position++;
                tokens.Add(new Token(TokenKind.Variable, "$" + Name(), start));
                break;
            case '-' or '+' when position + 1 < source.Length && char.IsAsciiDigit(source[position + 1]):
            case >= '0' and <= '9':
                position++;
                while (position < source.Length && (char.IsAsciiLetterOrDigit(source[position]) || source[position] is '.' or '_'))
                {
                    position++;
                }

                tokens.Add(new Token(TokenKind.Number, source[start..position], start));
                break;
            case ':' when position + 1 < source.Length && source[position + 1] == '=':
                position += 2;
                tokens.Add(new Token(TokenKind.Symbol, ":=", start));
                break;
            case '.' or '(' or ')' or '|' or ',' or '=':
                position++;
                tokens.Add(new Token(TokenKind.Symbol, letter.ToString(), start));
                break;
            default:
                if (!IsNameLetter(letter))
                {
                    throw Error($"unexpected {Quoted(letter)} in command");
                }

                tokens.Add(new Token(TokenKind.Name, Name(), start));
                break;
        }
    }

    private static string Quoted(char letter) => letter is '}' or '{' ? $"\"{letter}\"" : $"U+{(int)letter:X4} '{letter}'";

    private static bool IsNameLetter(char letter) => char.IsLetterOrDigit(letter) || letter == '_';

    private string Name()
    {
        int start = position;
        while (position < source.Length && IsNameLetter(source[position]))
        {
            position++;
        }

        return source[start..position];
    }

    private void ReadQuoted()
    {
        int start = position++;
        var text = new StringBuilder();
        while (position < source.Length && source[position] != '"' && source[position] != '\n')
        {
            char letter = source[position++];
            if (letter != '\\' || position >= source.Length)
            {
                text.Append(letter);
                continue;
            }

            char escaped = source[position++];
            text.Append(escaped switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\a',
                'b' => '\b',
                'f' => '\f',
                'v' => '\v',
                'x' => Hex(2),
                'u' => Hex(4),
                '\\' or '"' or '\'' => escaped,
                _ => throw Error("invalid syntax"),
            });
        }

        if (position >= source.Length || source[position] != '"')
        {
            throw Error("unterminated quoted string");
        }

        position++;
        tokens.Add(new Token(TokenKind.String, text.ToString(), start));
    }

    private char Hex(int digits)
    {
        if (position + digits > source.Length || !int.TryParse(source.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
        {
            throw Error("invalid syntax");
        }

        position += digits;
        return (char)value;
    }

    private TemplateException Error(string cause) => new($"template: :{LineOf(source, position)}: {cause}", whileParsing: true);
}
