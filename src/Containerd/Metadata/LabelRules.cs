using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace Wharf.Containerd.Metadata;

/// <summary>Labels as containerd takes them, and how an update's mask changes them.</summary>
internal static class LabelRules
{
    private const int LongestPair = 4096;
    private const string Prefix = "labels.";

    public static void Check(IEnumerable<KeyValuePair<string, string>> labels)
    {
        foreach ((string key, string value) in labels)
        {
            if (key.Length + value.Length > LongestPair)
            {
                throw ContainerdException.Invalid($"label key and value length ({key.Length + value.Length} bytes) greater than maximum size ({LongestPair} bytes), key: {key[..Math.Min(64, key.Length)]}");
            }
        }
    }

    /// <summary>True when the path was about labels. An empty value removes a label.</summary>
    public static bool TryUpdate(string path, MapField<string, string> current, MapField<string, string> given)
    {
        if (path == "labels")
        {
            current.Clear();
            foreach ((string key, string value) in given)
            {
                Set(current, key, value);
            }

            return true;
        }

        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        string name = path[Prefix.Length..];
        Set(current, name, given.TryGetValue(name, out string? one) ? one : string.Empty);
        return true;
    }

    public static Timestamp Now() => Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow);

    private static void Set(MapField<string, string> labels, string key, string value)
    {
        if (value.Length == 0)
        {
            labels.Remove(key);
        }
        else
        {
            labels[key] = value;
        }
    }
}
