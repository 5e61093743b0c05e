using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Wharf.Daemon.Http;

/// <summary>The versions of the Engine API that are served.</summary>
internal static class ApiVersion
{
    public const string Newest = "1.56";
    public const string Oldest = "1.24";

    /// <summary>Takes the version from a path such as <c>/v1.43/info</c>; a path without one asks for the newest.</summary>
    /// <exception cref="EngineException">A version that is not served.</exception>
    public static (string Version, string Path) Split(string path)
    {
        int end = path.IndexOf('/', 1);
        if (end < 0 || !path.StartsWith("/v", StringComparison.Ordinal) || Minor(path.AsSpan(2, end - 2)) is not { } minor)
        {
            return (Newest, path);
        }

        string version = path[2..end];
        return minor > Minor(Newest) ? throw new EngineException(EngineErrorKind.InvalidParameter, $"client version {version} is too new. Maximum supported API version is {Newest}")
            : minor < Minor(Oldest) ? throw new EngineException(EngineErrorKind.InvalidParameter, $"client version {version} is too old. Minimum supported API version is {Oldest}, please upgrade your client to a newer version")
            : (version, path[end..]);
    }

    /// <summary>The number behind "1." of the version that a request is made in.</summary>
    public static int Of(HttpContext context) => context.Items[typeof(ApiVersion)] as int? ?? Minor(Newest)!.Value;

    /// <summary>Keeps the version of a request for those who answer it.</summary>
    public static void Keep(HttpContext context, string version) => context.Items[typeof(ApiVersion)] = Minor(version);

    private static int? Minor(ReadOnlySpan<char> version) =>
        version.StartsWith("1.") && int.TryParse(version[2..], NumberStyles.None, CultureInfo.InvariantCulture, out int minor) ? minor : null;
}
