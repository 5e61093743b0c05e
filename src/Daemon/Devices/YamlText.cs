using System.Buffers;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Wharf.Daemon.Devices;

/// <summary>A YAML document as the JSON that it means: a plain scalar is a number, a truth value, nothing or a text, in the manner of YAML 1.1.</summary>
internal static class YamlText
{
    private const int Deepest = 64;

    /// <exception cref="YamlException">It is none, or has what JSON has no word for.</exception>
    internal static byte[] ToJson(string text)
    {
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
        {
            return "null"u8.ToArray();
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        Write(parser, writer, 0);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Parser parser, Utf8JsonWriter writer, int depth)
    {
        if (depth > Deepest)
        {
            throw new YamlException($"nested deeper than {Deepest}");
        }

        if (parser.TryConsume<MappingStart>(out _))
        {
            writer.WriteStartObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                writer.WritePropertyName(parser.Consume<Scalar>().Value);
                Write(parser, writer, depth + 1);
            }

            writer.WriteEndObject();
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            writer.WriteStartArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                Write(parser, writer, depth + 1);
            }

            writer.WriteEndArray();
        }
        else
        {
            // An alias would be one more way to say much with little.
            Write(parser.Consume<Scalar>(), writer);
        }
    }

    private static void Write(Scalar scalar, Utf8JsonWriter writer)
    {
        string text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain)
        {
            writer.WriteStringValue(text);
            return;
        }

        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                writer.WriteNullValue();
                break;
            case "true" or "True" or "TRUE":
                writer.WriteBooleanValue(true);
                break;
            case "false" or "False" or "FALSE":
                writer.WriteBooleanValue(false);
                break;
            default:
                if (Number(text) is { } number)
                {
                    writer.WriteNumberValue(number);
                }
                else
                {
                    writer.WriteStringValue(text);
                }

                break;
        }
    }

    /// <summary>A leading zero is octal, as modes of files are written.</summary>
    private static long? Number(string text)
    {
        string digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        if ((digits.Length < text.Length || (text.Length > 1 && text[0] == '0')) && digits.Length is > 0 and < 21 && digits.All(digit => digit is >= '0' and <= '7'))
        {
            return Convert.ToInt64(digits, 8);
        }

        return text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hex) ? hex
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && text[0] != '+' && (text[0] != '0' || text.Length == 1) ? number
            : null;
    }
}
