using System.Buffers;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Cli.Output;

/// <summary>Writes the documents that are sent to an engine.</summary>
internal static class JsonText
{
    internal static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    internal static void WriteTexts(this Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>Only when there is a value.</summary>
    internal static void WriteTextIf(this Utf8JsonWriter writer, string name, string value)
    {
        if (value.Length > 0)
        {
            writer.WriteString(name, value);
        }
    }

    internal static void WriteMap(this Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, string> pairs)
    {
        writer.WriteStartObject(name);
        foreach ((string key, string value) in pairs)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    /// <summary>The size of the terminal on standard output, if it is one.</summary>
    internal static void WriteConsoleSize(this Utf8JsonWriter writer)
    {
        if (Terminal.Size(new FileDescriptor(1, ownsHandle: false)) is { } size)
        {
            writer.WriteStartArray("ConsoleSize");
            writer.WriteNumberValue(size.Rows);
            writer.WriteNumberValue(size.Columns);
            writer.WriteEndArray();
        }
    }
}
