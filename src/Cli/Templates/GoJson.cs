using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Wharf.Cli.Templates;

/// <summary>JSON as Go writes it.</summary>
internal static class GoJson
{
    internal static string Of(object? value, bool escapeHtml = false)
    {
        var text = new StringBuilder();
        Append(text, value, escapeHtml);
        return text.ToString();
    }

    internal static void Append(StringBuilder text, object? value, bool escapeHtml)
    {
        switch (value)
        {
            case null or GoNil:
                text.Append("null");
                break;
            case string words:
                AppendString(text, words, escapeHtml);
                break;
            case bool truth:
                text.Append(truth ? "true" : "false");
                break;
            case JsonElement element:
                AppendElement(text, element, escapeHtml);
                break;
            case ITemplateRow row:
                text.Append(row.ToJson());
                break;
            case IReadOnlyList<object?> list:
                text.Append('[');
                for (int index = 0; index < list.Count; index++)
                {
                    text.Append(index > 0 ? "," : "");
                    Append(text, list[index], escapeHtml);
                }

                text.Append(']');
                break;
            default:
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <summary>The same document, its nesting shown by four blanks a level; not one character of its texts is changed.</summary>
    internal static string Indent(string json, string step = "    ")
    {
        var text = new StringBuilder();
        int depth = 0;
        bool inString = false;
        for (int index = 0; index < json.Length; index++)
        {
            char letter = json[index];
            if (inString)
            {
                text.Append(letter);
                if (letter == '\\' && index + 1 < json.Length)
                {
                    text.Append(json[++index]);
                }
                else if (letter == '"')
                {
                    inString = false;
                }

                continue;
            }

            switch (letter)
            {
                case ' ' or '\t' or '\r' or '\n':
                    break;
                case '"':
                    inString = true;
                    text.Append(letter);
                    break;
                case '{' or '[':
                    text.Append(letter);
                    int next = index + 1;
                    while (next < json.Length && char.IsWhiteSpace(json[next]))
                    {
                        next++;
                    }

                    if (next < json.Length && json[next] is '}' or ']')
                    {
                        text.Append(json[next]);
                        index = next;
                        break;
                    }

                    Break(text, step, ++depth);
                    break;
                case '}' or ']':
                    Break(text, step, --depth);
                    text.Append(letter);
                    break;
                case ',':
                    text.Append(letter);
                    Break(text, step, depth);
                    break;
                case ':':
                    text.Append(": ");
                    break;
                default:
                    text.Append(letter);
                    break;
            }
        }

        return text.ToString();
    }

    internal static void AppendString(StringBuilder text, string words, bool escapeHtml)
    {
        text.Append('"');
        foreach (char letter in words)
        {
            switch (letter)
            {
                case '"' or '\\':
                    text.Append('\\').Append(letter);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case '<' or '>' or '&' when escapeHtml:
                case < ' ' or '\u2028' or '\u2029':
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
                    break;
                default:
                    text.Append(letter);
                    break;
            }
        }

        text.Append('"');
    }

    private static void Break(StringBuilder text, string step, int depth)
    {
        text.Append('\n');
        for (int level = 0; level < depth; level++)
        {
            text.Append(step);
        }
    }

    private static void AppendElement(StringBuilder text, JsonElement element, bool escapeHtml)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                bool first = true;
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    text.Append(first ? "" : ",");
                    first = false;
                    AppendString(text, property.Name, escapeHtml);
                    text.Append(':');
                    AppendElement(text, property.Value, escapeHtml);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                int count = 0;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    text.Append(count++ > 0 ? "," : "");
                    AppendElement(text, item, escapeHtml);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                AppendString(text, element.GetString()!, escapeHtml);
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }
}
