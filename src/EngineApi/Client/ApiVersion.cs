using System.Globalization;

namespace Wharf.EngineApi.Client;

/// <summary>Versions of the API, such as 1.41.</summary>
public static class ApiVersion
{
    /// <summary>The older of two; the second when the first is no version.</summary>
    public static string Older(string first, string second) => Compare(first, second) < 0 ? first : second;

    /// <summary>Negative when the first is older.</summary>
    public static int Compare(string first, string second)
    {
        (int, int)? left = Parse(first);
        (int, int)? right = Parse(second);
        return left is null ? 1 : right is null ? -1 : left.Value.CompareTo(right.Value);
    }

    private static (int Major, int Minor)? Parse(string version)
    {
        string[] parts = version.Split('.');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
            ? (major, minor)
            : null;
    }
}
