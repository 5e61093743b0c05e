using System.Globalization;
using System.Text;

namespace Wharf.Cli.Output;

/// <summary>A text in quotes as Go's strconv.Quote makes it.</summary>
internal static class GoQuote
{
    internal static string Of(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (Rune rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                '\a' => "\\a",
                '\b' => "\\b",
                '\f' => "\\f",
                '\v' => "\\v",
                < 0x20 or 0x7f => $"\\x{rune.Value.ToString("x2", CultureInfo.InvariantCulture)}",
                _ => rune.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
