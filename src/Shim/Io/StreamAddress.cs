namespace Wharf.Shim.Io;

/// <summary>A stream as a URI: fifo, file, binary or binary-v2; a bare path is a fifo's.</summary>
internal sealed record StreamAddress(string Scheme, string Path, IReadOnlyList<string> Arguments)
{
    internal bool IsLogger => Scheme is "binary" or "binary-v2";

    internal static StreamAddress Parse(string text)
    {
        int end = text.IndexOf("://", StringComparison.Ordinal);
        if (end < 0)
        {
            return new StreamAddress("fifo", text, []);
        }

        string rest = text[(end + 3)..];
        int query = rest.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? rest : rest[..query];
        var arguments = new List<string>();
        foreach (string pair in query < 0 ? [] : rest[(query + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            // A name without a value is an argument too: "?--flag" and "?name=value".
            string[] parts = pair.Split('=', 2);
            arguments.AddRange(parts.Select(Unescape).Where((part, index) => index == 0 || part.Length > 0));
        }

        return new StreamAddress(text[..end], Unescape(path, plus: false), arguments);
    }

    private static string Unescape(string part) => Unescape(part, plus: true);

    private static string Unescape(string part, bool plus) => Uri.UnescapeDataString(plus ? part.Replace('+', ' ') : part);
}
