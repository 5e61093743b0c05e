using System.Text;

namespace Wharf.Containerd.Filters;

/// <summary>
/// containerd's filter syntax: selectors joined by commas; a field path of words joined by dots, a word quoted when it has other
/// characters; values bare or quoted with " or, for patterns, with | or /.
/// </summary>
internal sealed class FilterParser
{
    private readonly string text;
    private int position;

    private FilterParser(string text) => this.text = text;

    public static Filter Parse(string text) => new FilterParser(text).Selectors();

    private Filter Selectors()
    {
        var selectors = new List<FilterSelector>();
        if (text.Length == 0)
        {
            return new Filter(selectors);
        }

        while (true)
        {
            selectors.Add(Selector());
            PassOverSpace();
            if (position == text.Length)
            {
                return new Filter(selectors);
            }

            if (text[position++] != ',')
            {
                position--;
                throw Malformed("expected a separator or an operator");
            }
        }
    }

    private FilterSelector Selector()
    {
        var path = new List<string> { Word() };
        while (position < text.Length && text[position] == '.')
        {
            position++;
            path.Add(Word());
        }

        PassOverSpace();
        foreach (string comparison in (ReadOnlySpan<string>)["==", "!=", "~="])
        {
            if (string.CompareOrdinal(text, position, comparison, 0, 2) == 0)
            {
                position += 2;
                return new FilterSelector(path, comparison, Value());
            }
        }

        return new FilterSelector(path, string.Empty, string.Empty);
    }

    private void PassOverSpace()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }
    }

    private string Word()
    {
        PassOverSpace();
        if (position < text.Length && text[position] == '"')
        {
            return Quoted('"');
        }

        int start = position;
        while (position < text.Length && (char.IsLetterOrDigit(text[position]) || text[position] is '_' or '-' or '/'))
        {
            position++;
        }

        return position > start ? text[start..position] : throw Malformed("expected a field");
    }

    private string Value()
    {
        PassOverSpace();
        if (position < text.Length && text[position] is '"' or '|' or '/')
        {
            return Quoted(text[position]);
        }

        int start = position;
        while (position < text.Length && text[position] != ',' && !char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        return text[start..position];
    }

    private string Quoted(char quote)
    {
        var value = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            char letter = text[position];
            if (letter == quote)
            {
                position++;
                return value.ToString();
            }

            if (letter == '\\' && position + 1 < text.Length && (text[position + 1] == quote || text[position + 1] == '\\'))
            {
                letter = text[++position];
            }

            value.Append(letter);
        }

        throw Malformed("quoted literal not terminated");
    }

    private ContainerdException Malformed(string why) => ContainerdException.Invalid($"parse filter \"{text}\" at {position}: {why}");
}
