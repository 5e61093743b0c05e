using System.Globalization;

namespace Wharf.Daemon.Host;

/// <summary>Groups of the host, by name or number.</summary>
internal static class UnixGroup
{
    public const string Default = "docker";

    /// <summary>Null when the host has no such group.</summary>
    public static uint? Find(string name)
    {
        string[][] groups = File.Exists("/etc/group") ? [.. File.ReadLines("/etc/group").Select(line => line.Split(':')).Where(fields => fields.Length > 2)] : [];
        return groups.FirstOrDefault(fields => fields[0] == name) is { } group && Number(group[2]) is { } id ? id : Number(name);
    }

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id : null;
}
