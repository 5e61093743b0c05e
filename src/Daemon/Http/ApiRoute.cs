using Microsoft.AspNetCore.Http;

namespace Wharf.Daemon.Http;

/// <summary>
/// One operation of the API. The pattern has at most one value: <c>{id}</c> is one segment of the path, <c>{name...}</c> may be several,
/// as names of images are.
/// </summary>
internal sealed class ApiRoute
{
    private readonly string _prefix;
    private readonly string? _suffix;
    private readonly bool _several;

    public ApiRoute(string method, string pattern, Func<HttpContext, string, Task> handle)
    {
        Method = method;
        Handle = handle;
        int open = pattern.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            _prefix = pattern;
            return;
        }

        int close = pattern.IndexOf('}', open);
        _prefix = pattern[..open];
        _suffix = pattern[(close + 1)..];
        _several = pattern.AsSpan(open, close - open).EndsWith("...");
    }

    public string Method { get; }

    /// <summary>Gets the request and the pattern's value; the empty text when the pattern has none.</summary>
    public Func<HttpContext, string, Task> Handle { get; }

    /// <summary>The pattern's value in this path; null when the path is another's.</summary>
    public string? Match(string path)
    {
        if (_suffix is null)
        {
            return path == _prefix ? "" : null;
        }

        if (path.Length <= _prefix.Length + _suffix.Length || !path.StartsWith(_prefix, StringComparison.Ordinal) || !path.EndsWith(_suffix, StringComparison.Ordinal))
        {
            return null;
        }

        string value = path[_prefix.Length..^_suffix.Length];
        return _several || !value.Contains('/', StringComparison.Ordinal) ? Uri.UnescapeDataString(value) : null;
    }
}
