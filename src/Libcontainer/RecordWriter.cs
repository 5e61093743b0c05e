using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Wharf.Libcontainer;

/// <summary>
/// JSON of one level, as state.json is. Utf8JsonWriter would first make the tables of three encoders, which takes longer than the
/// writing.
/// </summary>
internal sealed class RecordWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new(16 * 1024);

    internal RecordWriter Begin(string name) => Name("{\""u8, name);

    internal RecordWriter Next(string name) => Name(",\""u8, name);

    internal void Text(string text)
    {
        buffer.Write("\""u8);

        // A control character becomes six: \u001f.
        byte[] plain = Encoding.UTF8.GetBytes(text);
        Span<byte> encoded = buffer.GetSpan(6 * plain.Length);
        int length = 0;
        foreach (byte one in plain)
        {
            if (one is (byte)'"' or (byte)'\\')
            {
                encoded[length++] = (byte)'\\';
                encoded[length++] = one;
            }
            else if (one < (byte)' ')
            {
                "\\u00"u8.CopyTo(encoded[length..]);
                Utf8Formatter.TryFormat(one, encoded[(length + 4)..], out _, new StandardFormat('x', 2));
                length += 6;
            }
            else
            {
                encoded[length++] = one;
            }
        }

        buffer.Advance(length);
        buffer.Write("\""u8);
    }

    internal void Texts(IReadOnlyList<string> texts)
    {
        buffer.Write("["u8);
        for (int index = 0; index < texts.Count; index++)
        {
            if (index > 0)
            {
                buffer.Write(","u8);
            }

            Text(texts[index]);
        }

        buffer.Write("]"u8);
    }

    internal void Number(long number)
    {
        const int longest = 20;
        Utf8Formatter.TryFormat(number, buffer.GetSpan(longest), out int length);
        buffer.Advance(length);
    }

    internal void Number(ulong number)
    {
        const int longest = 20;
        Utf8Formatter.TryFormat(number, buffer.GetSpan(longest), out int length);
        buffer.Advance(length);
    }

    /// <summary>A document as it is.</summary>
    internal void Raw(ReadOnlySpan<byte> json) => buffer.Write(json);

    internal ReadOnlySpan<byte> End()
    {
        buffer.Write("}"u8);
        return buffer.WrittenSpan;
    }

    private RecordWriter Name(ReadOnlySpan<byte> before, string name)
    {
        buffer.Write(before);
        buffer.Advance(Encoding.UTF8.GetBytes(name, buffer.GetSpan(name.Length)));
        buffer.Write("\":"u8);
        return this;
    }
}
