using System.Globalization;
using System.Text;

namespace Wharf.Cli.Templates;

/// <summary>printf of Go, as far as templates use it.</summary>
internal static class GoFormat
{
    internal static string Format(string format, IReadOnlyList<object?> arguments)
    {
        var text = new StringBuilder();
        int next = 0;
        for (int index = 0; index < format.Length; index++)
        {
            if (format[index] != '%')
            {
                text.Append(format[index]);
                continue;
            }

            int start = index++;
            while (index < format.Length && "+-# 0123456789.".Contains(format[index], StringComparison.Ordinal))
            {
                index++;
            }

            if (index >= format.Length)
            {
                text.Append("%!(NOVERB)");
                break;
            }

            char verb = format[index];
            if (verb == '%')
            {
                text.Append('%');
            }
            else if (next >= arguments.Count)
            {
                text.Append("%!").Append(verb).Append("(MISSING)");
            }
            else
            {
                text.Append(One(format[(start + 1)..index], verb, arguments[next++]));
            }
        }

        if (next < arguments.Count)
        {
            text.Append("%!(EXTRA ").AppendJoin(", ", arguments.Skip(next).Select(value => $"{TypeName(value)}={GoValue.Print(value, inside: true)}")).Append(')');
        }

        return text.ToString();
    }

    private static string One(string flags, char verb, object? argument)
    {
        object? value = GoValue.Plain(argument);
        int digits = flags.AsSpan().IndexOfAnyInRange('0', '9');
        string marks = digits < 0 ? flags.Split('.')[0] : flags[..Math.Min(digits + (flags[digits] == '0' ? 1 : 0), flags.Length)];
        string numbers = flags[marks.Length..];
        int dot = flags.IndexOf('.', StringComparison.Ordinal);
        int? precision = dot < 0 ? null : int.TryParse(flags.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : 0;
        int width = int.TryParse(numbers.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int wide) ? wide : 0;
        string? text = (verb, value) switch
        {
            ('v', _) => GoValue.Print(value, inside: true),
            ('s', long or double or bool) => null,
            ('s', _) => Cut(GoValue.Print(value, inside: true), precision),
            ('q', string words) => GoJson.Of(words),
            ('d', long whole) => whole.ToString(CultureInfo.InvariantCulture),
            ('x', long whole) => whole.ToString("x", CultureInfo.InvariantCulture),
            ('X', long whole) => whole.ToString("X", CultureInfo.InvariantCulture),
            ('o', long whole) => Convert.ToString(whole, 8),
            ('b', long whole) => Convert.ToString(whole, 2),
            ('c', long whole) => char.ConvertFromUtf32((int)whole),
            ('x', string words) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(words)),
            ('t', bool truth) => truth ? "true" : "false",
            ('f' or 'F', double number) => number.ToString($"F{precision ?? 6}", CultureInfo.InvariantCulture),
            ('g' or 'G', double number) => number.ToString("G", CultureInfo.InvariantCulture),
            ('T', _) => TypeName(value),
            _ => null,
        };
        text ??= $"%!{verb}({TypeName(value)}={GoValue.Print(value, inside: true)})";
        if (marks.Contains('+', StringComparison.Ordinal) && value is long or double && !text.StartsWith('-'))
        {
            text = "+" + text;
        }

        return marks.Contains('-', StringComparison.Ordinal) ? text.PadRight(width)
            : marks.Contains('0', StringComparison.Ordinal) ? text.PadLeft(width, '0')
            : text.PadLeft(width);
    }

    private static string Cut(string text, int? precision) => precision is { } most && text.Length > most ? text[..most] : text;

    private static string TypeName(object? value) => GoValue.Plain(value) switch
    {
        null or GoNil => "<nil>",
        string => "string",
        long => "int",
        double => "float64",
        bool => "bool",
        _ => "map[string]interface {}",
    };
}
