using System.Globalization;
using System.Text;

namespace Wharf.EngineApi.Client;

/// <summary>The status line and the headers of an answer: RFC 9112.</summary>
internal sealed class ResponseHead
{
    private const int MostBytes = 64 * 1024;
    private readonly Dictionary<string, string> headers;

    private ResponseHead(int status, string reason, bool oldVersion, Dictionary<string, string> headers)
    {
        Status = status;
        Reason = reason;
        OldVersion = oldVersion;
        this.headers = headers;
    }

    internal int Status { get; }

    internal string Reason { get; }

    internal bool OldVersion { get; }

    internal string? this[string name] => headers.GetValueOrDefault(name);

    internal bool IsChunked => this["Transfer-Encoding"]?.EndsWith("chunked", StringComparison.OrdinalIgnoreCase) == true;

    internal bool Closes => this["Connection"] is { } connection ? connection.Contains("close", StringComparison.OrdinalIgnoreCase) : OldVersion;

    /// <exception cref="ProtocolException">Not HTTP, or cut off.</exception>
    internal static ResponseHead? Read(Connection connection, string request)
    {
        int budget = MostBytes;
        string? line = ReadLine(connection, request, ref budget);
        if (line is null)
        {
            return null;
        }

        if (!line.StartsWith("HTTP/1.", StringComparison.Ordinal) || line.Length < 12 || line[8] != ' '
            || !int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int status) || status < 100)
        {
            throw new ProtocolException($"{request}: malformed HTTP response \"{Short(line)}\"");
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            string header = ReadLine(connection, request, ref budget) ?? throw new ProtocolException($"{request}: connection closed within the headers of the answer");
            if (header.Length == 0)
            {
                return new ResponseHead(status, line.Length > 13 ? line[13..] : "", line[7] == '0', headers);
            }

            int colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new ProtocolException($"{request}: malformed header \"{Short(header)}\"");
            }

            headers[header[..colon].TrimEnd()] = header[(colon + 1)..].Trim();
        }
    }

    /// <summary>A line without its end; null when the connection ended before its first byte.</summary>
    internal static string? ReadLine(Connection connection, string request, ref int budget)
    {
        Span<byte> bytes = stackalloc byte[256];
        StringBuilder? text = null;
        int count = 0;
        while (true)
        {
            int next = connection.ReadByte();
            if (next < 0)
            {
                return count == 0 && text is null ? null : throw new ProtocolException($"{request}: connection closed within a line of the answer");
            }

            if (--budget < 0)
            {
                throw new ProtocolException($"{request}: the answer's head is longer than {MostBytes} bytes");
            }

            if (next == '\n')
            {
                int length = count > 0 && bytes[count - 1] == '\r' ? count - 1 : count;
                string tail = Encoding.Latin1.GetString(bytes[..length]);
                string line = text is null ? tail : text.Append(tail).ToString();
                return line.EndsWith('\r') ? line[..^1] : line;
            }

            if (count == bytes.Length)
            {
                text = (text ?? new StringBuilder()).Append(Encoding.Latin1.GetString(bytes));
                count = 0;
            }

            bytes[count++] = (byte)next;
        }
    }

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
