namespace Wharf.Registry;

/// <summary>One challenge of a <c>WWW-Authenticate</c> header: RFC 9110, 11.6.1.</summary>
internal sealed record AuthenticationChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>Reads all challenges of one header value; what is malformed ends the list.</summary>
    public static IReadOnlyList<AuthenticationChallenge> Parse(string header)
    {
        var challenges = new List<AuthenticationChallenge>();
        Dictionary<string, string>? parameters = null;
        int at = 0;
        while (true)
        {
            at = SkipSeparators(header, at);
            string token = TokenAt(header, ref at);
            if (token.Length == 0)
            {
                return challenges;
            }

            int next = SkipSpaces(header, at);
            if (parameters is not null && next < header.Length && header[next] == '=')
            {
                at = SkipSpaces(header, next + 1);
                if (ValueAt(header, ref at) is not { } value)
                {
                    return challenges;
                }

                parameters.TryAdd(token, value);
            }
            else
            {
                parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                challenges.Add(new AuthenticationChallenge(token, parameters));
            }
        }
    }

    public bool Is(string scheme) => Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    private static string? ValueAt(string header, ref int at)
    {
        if (at >= header.Length || header[at] != '"')
        {
            return TokenAt(header, ref at);
        }

        var value = new System.Text.StringBuilder();
        for (at++; at < header.Length; at++)
        {
            switch (header[at])
            {
                case '"':
                    at++;
                    return value.ToString();
                case '\\' when at + 1 < header.Length:
                    value.Append(header[++at]);
                    break;
                default:
                    value.Append(header[at]);
                    break;
            }
        }

        return null;
    }

    private static string TokenAt(string header, ref int at)
    {
        int start = at;
        while (at < header.Length && header[at] is not (' ' or '\t' or ',' or '=' or '"'))
        {
            at++;
        }

        return header[start..at];
    }

    private static int SkipSpaces(string header, int at)
    {
        while (at < header.Length && header[at] is (' ' or '\t'))
        {
            at++;
        }

        return at;
    }

    private static int SkipSeparators(string header, int at)
    {
        while (at < header.Length && header[at] is (' ' or '\t' or ','))
        {
            at++;
        }

        return at;
    }
}
