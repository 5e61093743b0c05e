using System.Text;
using System.Text.Unicode;

namespace Wharf.Linux;

/// <summary>
/// Names of files as text. The kernel takes any bytes but NUL and slash, and most are UTF-8. A byte that is not is kept as a lone
/// low surrogate, U+DC80 to U+DCFF, which no UTF-8 can give, so every name comes back as it was.
/// </summary>
public static class PathText
{
    private const char Escape = '\udc00';

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int count) == System.Buffers.OperationStatus.Done;
            if (valid)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (byte one in bytes[..count])
                {
                    text.Append((char)(Escape + one));
                }
            }

            bytes = bytes[count..];
        }

        return text.ToString();
    }

    public static byte[] Encode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return bytes[..Encode(text, bytes)];
    }

    /// <summary>How many bytes it became; <paramref name="bytes"/> has room for the longest.</summary>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (!text.ContainsAnyInRange((char)(Escape + 0x80), (char)(Escape + 0xff)))
        {
            return Encoding.UTF8.GetBytes(text, bytes);
        }

        int length = 0;
        while (!text.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf16(text, out Rune rune, out int count) == System.Buffers.OperationStatus.Done;
            if (!valid && text[0] is >= (char)(Escape + 0x80) and <= (char)(Escape + 0xff))
            {
                bytes[length++] = (byte)(text[0] - Escape);
            }
            else
            {
                length += rune.EncodeToUtf8(bytes[length..]);
            }

            text = text[count..];
        }

        return length;
    }
}
