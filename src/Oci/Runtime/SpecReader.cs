using System.Globalization;
using System.Text.Json;

namespace Wharf.Oci.Runtime;

/// <summary>
/// Reads runtime-spec documents token by token. <see cref="RuntimeJson"/> reads the same, but a program that lives for a few
/// milliseconds spends half of its time on that serializer's metadata: decision 0001 has the figures. A test fills every property
/// and holds the two against each other.
/// </summary>
public static partial class SpecReader
{
    /// <summary>False, with the reader where it was, for a name that the object does not have.</summary>
    private delegate bool PropertyReader<T>(ref Utf8JsonReader json, string name, T target);

    private delegate T? ValueReader<T>(ref Utf8JsonReader json);

    /// <summary>A config.json. Throws JsonException, its message naming the place.</summary>
    public static RuntimeSpec? Spec(ReadOnlySpan<byte> document) => Document(document, ReadRuntimeSpec);

    /// <summary>The value that a reader stands on, which is a config.json within another document.</summary>
    public static RuntimeSpec? Spec(ref Utf8JsonReader json) => ReadRuntimeSpec(ref json);

    /// <summary>The process of an exec.</summary>
    public static Process? Process(ReadOnlySpan<byte> document) => Document(document, ReadProcess);

    /// <summary>The limits of an update.</summary>
    public static Resources? Resources(ReadOnlySpan<byte> document) => Document(document, ReadResources);

    private static T? Document<T>(ReadOnlySpan<byte> document, ValueReader<T> read)
        where T : class
    {
        var json = new Utf8JsonReader(document);
        json.Read();
        T? value = read(ref json);

        // What follows the value is an error, which this finds.
        json.Read();
        return value;
    }

    /// <summary>A mistake in what JSON is has its place as well: what was being read.</summary>
    private static SpecValueException Located(JsonException error, string name) => (error as SpecValueException ?? new SpecValueException(error.Message)).Below(name);

    private static T? Object<T>(ref Utf8JsonReader json, T target, PropertyReader<T> property)
        where T : class
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(ref json, JsonTokenType.StartObject, "an object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = Characters(ref json);
            try
            {
                json.Read();
                if (!property(ref json, name, target) && (SpecNames.Respelled(name) is not { } known || !property(ref json, known, target)))
                {
                    json.Skip();
                }
            }
            catch (JsonException error)
            {
                throw Located(error, name);
            }
        }

        return target;
    }

    private static List<T>? List<T>(ref Utf8JsonReader json, ValueReader<T> read)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(ref json, JsonTokenType.StartArray, "an array");
        var list = new List<T>();
        try
        {
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                list.Add(read(ref json) ?? throw new SpecValueException("null in an array"));
            }
        }
        catch (JsonException error)
        {
            throw Located(error, string.Create(CultureInfo.InvariantCulture, $"[{list.Count}]"));
        }

        return list;
    }

    private static Dictionary<string, T>? Map<T>(ref Utf8JsonReader json, ValueReader<T> read)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(ref json, JsonTokenType.StartObject, "an object");
        var map = new Dictionary<string, T>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = Characters(ref json);
            try
            {
                json.Read();
                map[name] = read(ref json) ?? throw new SpecValueException("null");
            }
            catch (JsonException error)
            {
                throw Located(error, name);
            }
        }

        return map;
    }

    private static string? Text(ref Utf8JsonReader json)
    {
        // The kernel's texts end there: it would be given another one than a reader of the document sees.
        string? text = ReadAnyText(ref json);
        return text?.Contains('\0', StringComparison.Ordinal) == true ? throw new SpecValueException("contains null byte") : text;
    }

    private static string? ReadText(ref Utf8JsonReader json) => Text(ref json);

    /// <summary>Text that the kernel never sees.</summary>
    private static string? ReadAnyText(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(ref json, JsonTokenType.String, "a string");
        return Characters(ref json);
    }

    private static bool? Truth(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        _ => throw new SpecValueException("not true or false"),
    };

    private static ulong? UInt64(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Null ? null
        : json.TokenType == JsonTokenType.Number && json.TryGetUInt64(out ulong value) ? value
        : throw new SpecValueException("not an unsigned number");

    private static long? Int64(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Null ? null
        : json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long value) ? value
        : throw new SpecValueException("not a number");

    private static uint? UInt32(ref Utf8JsonReader json) => Within(UInt64(ref json), uint.MaxValue) is { } value ? (uint)value : null;

    private static ushort? UInt16(ref Utf8JsonReader json) => Within(UInt64(ref json), ushort.MaxValue) is { } value ? (ushort)value : null;

    private static int? Int32(ref Utf8JsonReader json) => Int64(ref json) switch
    {
        null => null,
        >= int.MinValue and <= int.MaxValue and long value => (int)value,
        _ => throw new SpecValueException("number out of range"),
    };

    private static uint ReadUInt32(ref Utf8JsonReader json) => Required(UInt32(ref json));

    private static ulong? Within(ulong? value, ulong most) => value > most ? throw new SpecValueException("number out of range") : value;

    private static T Required<T>(T? value)
        where T : struct => value ?? throw new SpecValueException("null");

    private static string Characters(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8.
            throw new SpecValueException("not valid text");
        }
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type, string what)
    {
        if (json.TokenType != type)
        {
            throw new SpecValueException("not " + what);
        }
    }
}
