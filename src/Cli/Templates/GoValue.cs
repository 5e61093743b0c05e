using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Wharf.Cli.Templates;

/// <summary>What Go's templates know of a value: its text, its truth, its length, its order.</summary>
internal static class GoValue
{
    /// <summary>JSON scalars as plain values; documents stay.</summary>
    internal static object? Plain(object? value, string field = "") => value is not JsonElement element ? value : element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => GoNil.Of(field),
        JsonValueKind.Number => element.TryGetInt64(out long whole) ? (object)whole : element.GetDouble(),
        _ => element,
    };

    /// <summary>As %v prints it.</summary>
    internal static string Print(object? value, bool inside = false) => Plain(value) switch
    {
        null => inside ? "<nil>" : "<no value>",
        GoNil nil => inside && value is JsonElement ? "<nil>" : nil.Text,
        string text => text,
        bool truth => truth ? "true" : "false",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("G", CultureInfo.InvariantCulture),
        JsonElement { ValueKind: JsonValueKind.Array } list => $"[{string.Join(' ', list.EnumerateArray().Select(item => Print(item, true)))}]",
        JsonElement { ValueKind: JsonValueKind.Object } map => $"map[{string.Join(' ', map.EnumerateObject().OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => $"{pair.Name}:{Print(pair.Value, true)}"))}]",
        IReadOnlyList<object?> list => $"[{string.Join(' ', list.Select(item => Print(item, true)))}]",
        ITemplateRow row => $"{{{row.TypeName}}}",
        { } other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };

    internal static bool IsTrue(object? value) => Plain(value) switch
    {
        null or GoNil => false,
        string text => text.Length > 0,
        bool truth => truth,
        long whole => whole != 0,
        double number => number != 0,
        JsonElement { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        JsonElement { ValueKind: JsonValueKind.Object } map => map.GetPropertyCount() > 0,
        IReadOnlyList<object?> list => list.Count > 0,
        _ => true,
    };

    /// <summary>Null for what has no length.</summary>
    internal static int? Length(object? value) => Plain(value) switch
    {
        GoNil => 0,
        string text => Encoding.UTF8.GetByteCount(text),
        JsonElement { ValueKind: JsonValueKind.Array } list => list.GetArrayLength(),
        JsonElement { ValueKind: JsonValueKind.Object } map => map.GetPropertyCount(),
        IReadOnlyList<object?> list => list.Count,
        _ => null,
    };

    /// <summary>Pairs of key and element; null for what cannot be walked.</summary>
    internal static IEnumerable<(object? Key, object? Value)>? Walk(object? value) => Plain(value) switch
    {
        null or GoNil => [],
        JsonElement { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Select((item, index) => ((object?)(long)index, Plain(item))),
        JsonElement { ValueKind: JsonValueKind.Object } map => map.EnumerateObject().OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => ((object?)pair.Name, Plain(pair.Value, pair.Name))),
        IReadOnlyList<object?> list => list.Select((item, index) => ((object?)(long)index, item)),
        long count => Enumerable.Range(0, (int)Math.Clamp(count, 0, int.MaxValue)).Select(index => ((object?)(long)index, (object?)(long)index)),
        _ => null,
    };

    /// <summary>Null when the two cannot be compared.</summary>
    internal static int? Compare(object? left, object? right) => (Plain(left), Plain(right)) switch
    {
        (string first, string second) => string.CompareOrdinal(first, second),
        (long first, long second) => first.CompareTo(second),
        (double first, double second) => first.CompareTo(second),
        (long first, double second) => ((double)first).CompareTo(second),
        (double first, long second) => first.CompareTo((double)second),
        (bool first, bool second) => first == second ? 0 : first ? 1 : -1,
        (GoNil or null, GoNil or null) => 0,
        (GoNil or null, _) or (_, GoNil or null) => -2,
        _ => null,
    };
}
