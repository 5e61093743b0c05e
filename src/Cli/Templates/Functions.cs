using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Wharf.Cli.Templates;

/// <summary>The functions of templates: Go's own, and docker's.</summary>
internal static class Functions
{
    private const string Names = " and or not len index slice print printf println html js urlquery eq ne lt le gt ge json split join title lower upper pad truncate ";

    internal static bool Exists(string name) => Names.Contains($" {name} ", StringComparison.Ordinal);

    /// <exception cref="ArgumentException">Too few or too many arguments.</exception>
    /// <exception cref="FormatException">Arguments of the wrong kind.</exception>
    internal static object? Call(string name, IReadOnlyList<object?> arguments)
    {
        switch (name)
        {
            case "not":
                return !GoValue.IsTrue(One(name, arguments));
            case "len":
                object? measured = One(name, arguments);
                return (long)(GoValue.Length(measured) ?? throw new FormatException($"len of type {Kind(measured)}"));
            case "index":
                return Index(arguments);
            case "slice":
                return Slice(arguments);
            case "print":
                return Joined(arguments);
            case "println":
                return string.Join(' ', arguments.Select(value => Shown(value))) + "\n";
            case "printf":
                return arguments.Count > 0 ? GoFormat.Format(GoValue.Print(arguments[0]), [.. arguments.Skip(1)]) : throw Wrong(name, "at least 1", 0);
            case "html":
                return Joined(arguments).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);
            case "js":
                string quoted = GoJson.Of(Joined(arguments));
                return quoted[1..^1].Replace("'", "\\'", StringComparison.Ordinal);
            case "urlquery":
                return Uri.EscapeDataString(Joined(arguments)).Replace("%20", "+", StringComparison.Ordinal);
            case "eq":
                return arguments.Count >= 2 ? arguments.Skip(1).Any(other => Order(arguments[0], other) == 0) : throw new FormatException("missing argument for comparison");
            case "ne":
                return Order(Two(name, arguments).First, arguments[1]) != 0;
            case "lt":
                return Order(Two(name, arguments).First, arguments[1]) < 0;
            case "le":
                return Order(Two(name, arguments).First, arguments[1]) <= 0;
            case "gt":
                return Order(Two(name, arguments).First, arguments[1]) > 0;
            case "ge":
                return Order(Two(name, arguments).First, arguments[1]) >= 0;
            case "json":
                return GoJson.Of(One(name, arguments));
            case "lower":
                return Text(One(name, arguments)).ToLowerInvariant();
            case "upper":
                return Text(One(name, arguments)).ToUpperInvariant();
            case "title":
                return Title(Text(One(name, arguments)));
            case "split":
                (object? whole, object? separator) = Two(name, arguments);
                return Split(Text(whole), Text(separator));
            case "join":
                (object? list, object? between) = Two(name, arguments);
                return string.Join(Text(between), (GoValue.Walk(list) ?? throw new FormatException("wrong type for value; expected []string")).Select(pair => GoValue.Print(pair.Value)));
            case "pad":
                return arguments.Count != 3 ? throw Wrong(name, "3", arguments.Count)
                    : Text(arguments[0]).Length == 0 ? "" : new string(' ', (int)Whole(arguments[1])) + Text(arguments[0]) + new string(' ', (int)Whole(arguments[2]));
            case "truncate":
                (object? text, object? length) = Two(name, arguments);
                return Text(text).Length < Whole(length) ? Text(text) : Text(text)[..(int)Math.Max(0, Whole(length))];
            default:
                throw new ArgumentException($"function \"{name}\" not defined");
        }
    }

    private static object? Index(IReadOnlyList<object?> arguments)
    {
        if (arguments.Count == 0)
        {
            throw Wrong("index", "at least 1", 0);
        }

        object? value = arguments[0];
        foreach (object? key in arguments.Skip(1))
        {
            value = GoValue.Plain(value) switch
            {
                JsonElement { ValueKind: JsonValueKind.Object } map => GoValue.Plain(key) is string name
                    ? map.TryGetProperty(name, out JsonElement found) ? GoValue.Plain(found)
                        : map.EnumerateObject().All(pair => pair.Value.ValueKind == JsonValueKind.String) ? "" : GoNil.List
                    : throw new FormatException($"value has type {Kind(key)}; should be string"),
                GoNil { Text: "map[]" } => "",
                GoNil or null when GoValue.Plain(key) is long wanted => throw new FormatException($"error calling index: index out of range: {wanted}"[20..]),
                GoNil or null => throw new FormatException("index of untyped nil"),
                JsonElement or IReadOnlyList<object?> or string => At(value, key),
                _ => throw new FormatException($"can't index item of type {Kind(value)}"),
            };
        }

        return value;
    }

    private static object? At(object? value, object? key)
    {
        long position = GoValue.Plain(key) is long whole ? whole : throw new FormatException($"cannot index slice/array with type {Kind(key)}");
        int length = GoValue.Length(value) ?? 0;
        if (position < 0 || position >= length)
        {
            throw new FormatException($"index out of range: {position}");
        }

        return GoValue.Plain(value) switch
        {
            JsonElement list => GoValue.Plain(list[(int)position]),
            IReadOnlyList<object?> list => list[(int)position],
            string text => (long)Encoding.UTF8.GetBytes(text)[position],
            _ => null,
        };
    }

    private static object? Slice(IReadOnlyList<object?> arguments)
    {
        if (arguments.Count is 0 or > 3)
        {
            throw Wrong("slice", "1 to 3", arguments.Count);
        }

        int length = GoValue.Length(arguments[0]) ?? throw new FormatException($"can't slice item of type {Kind(arguments[0])}");
        long from = arguments.Count > 1 ? Whole(arguments[1]) : 0;
        long to = arguments.Count > 2 ? Whole(arguments[2]) : length;
        if (from < 0 || to > length || from > to)
        {
            throw new FormatException($"index out of range: {(from < 0 || from > length ? from : to)}");
        }

        return GoValue.Plain(arguments[0]) is string text
            ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text).AsSpan((int)from, (int)(to - from)))
            : GoValue.Walk(arguments[0])!.Skip((int)from).Take((int)(to - from)).Select(pair => pair.Value).ToList();
    }

    private static int Order(object? left, object? right) => GoValue.Compare(left, right) ?? throw new FormatException("incompatible types for comparison");

    /// <summary>As fmt.Sprint: a blank between two operands that are no texts.</summary>
    private static string Joined(IReadOnlyList<object?> arguments)
    {
        var text = new StringBuilder();
        for (int index = 0; index < arguments.Count; index++)
        {
            if (index > 0 && GoValue.Plain(arguments[index]) is not string && GoValue.Plain(arguments[index - 1]) is not string)
            {
                text.Append(' ');
            }

            text.Append(Shown(arguments[index]));
        }

        return text.ToString();
    }

    private static string Shown(object? value) => GoValue.Print(value, inside: true);

    private static List<object?> Split(string text, string separator) =>
        separator.Length == 0 ? [.. text.EnumerateRunes().Select(rune => (object?)rune.ToString())] : [.. text.Split(separator)];

    private static string Title(string text)
    {
        char[] letters = text.ToCharArray();
        for (int index = 0; index < letters.Length; index++)
        {
            if (index == 0 || !char.IsLetterOrDigit(letters[index - 1]))
            {
                letters[index] = char.ToUpperInvariant(letters[index]);
            }
        }

        return new string(letters);
    }

    private static string Text(object? value) => GoValue.Plain(value) switch
    {
        string text => text,
        GoNil or null => "",
        { } other => throw new FormatException($"wrong type for value; expected string; got {Kind(other)}"),
    };

    private static long Whole(object? value) => GoValue.Plain(value) is long whole ? whole : throw new FormatException($"wrong type for value; expected int; got {Kind(value)}");

    private static string Kind(object? value) => GoValue.Plain(value) switch
    {
        null or GoNil => "nil",
        string => "string",
        long => "int",
        double => "float64",
        bool => "bool",
        JsonElement { ValueKind: JsonValueKind.Object } => "map[string]interface {}",
        _ => "[]interface {}",
    };

    private static object? One(string name, IReadOnlyList<object?> arguments) => arguments.Count == 1 ? arguments[0] : throw Wrong(name, "1", arguments.Count);

    private static (object? First, object? Second) Two(string name, IReadOnlyList<object?> arguments) =>
        arguments.Count == 2 ? (arguments[0], arguments[1]) : throw Wrong(name, "2", arguments.Count);

    private static ArgumentException Wrong(string name, string want, int got) =>
        new(string.Create(CultureInfo.InvariantCulture, $"wrong number of args for {name}: want {want} got {got}"));
}
