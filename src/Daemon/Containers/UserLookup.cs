using System.Globalization;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>
/// Resolves "user", "user:group", numbers or names, by the passwd and group files of the container's layers, topmost first:
/// read where they lie, without a mount.
/// </summary>
internal static class UserLookup
{
    // What a hostile image puts there is not read without end.
    private const int FileLimit = 4 * 1024 * 1024;

    internal static User Resolve(string given, IReadOnlyList<string> layers, IReadOnlyList<string>? added = null)
    {
        string[] parts = given.Split(':', 2);
        List<string[]> users = Lines(layers, "/etc/passwd");
        List<string[]> groups = Lines(layers, "/etc/group");
        string name = parts[0];
        string[]? entry = users.FirstOrDefault(line => line[0] == name) ?? users.FirstOrDefault(line => line[2] == name);
        uint user = entry is not null ? Number(entry[2], given) : name.Length == 0 ? 0 : IsNumber(name) ? Number(name, given)
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"unable to find user {name}: no matching entries in passwd file");
        uint group = entry is not null ? Number(entry[3], given) : 0;
        uint[] more = [.. groups
            .Where(line => entry is not null && line.Length > 3 && line[3].Split(',').Contains(entry[0]))
            .Select(line => Number(line[2], given))];
        if (parts.Length > 1 && parts[1].Length > 0)
        {
            string[]? found = groups.FirstOrDefault(line => line[0] == parts[1]) ?? groups.FirstOrDefault(line => line[2] == parts[1]);
            group = found is not null ? Number(found[2], given) : IsNumber(parts[1]) ? Number(parts[1], given)
                : throw new EngineException(EngineErrorKind.InvalidParameter, $"unable to find group {parts[1]}: no matching entries in group file");
            more = [];
        }

        foreach (string extra in added ?? [])
        {
            string[]? line = groups.FirstOrDefault(one => one[0] == extra);
            more = [.. more, line is not null ? Number(line[2], extra) : IsNumber(extra) ? Number(extra, extra) : throw new EngineException(EngineErrorKind.InvalidParameter, $"Unable to find group {extra}: no matching entries in group file")];
        }

        return new User { Uid = user, Gid = group, AdditionalGids = more.Prepend(group).Distinct().ToArray() };
    }

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit);

    /// <summary>Ids end at 2³¹−1: a larger one would become another in a smaller field somewhere (CVE-2024-40635).</summary>
    private static uint Number(string text, string given) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number <= int.MaxValue
            ? number
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"user \"{given}\": uids and gids must be in range 0-2147483647");

    private static List<string[]> Lines(IReadOnlyList<string> layers, string path)
    {
        foreach (string layer in layers)
        {
            using FileDescriptor root = Files.Open(layer, OpenFlags.Path | OpenFlags.Directory);
            using FileDescriptor? found = Files.FindInRoot(root, path, OpenFlags.Path);
            if (found is not null)
            {
                // A whiteout or a device is no list of users, and hides what lies below it.
                return Files.Status(found, path).Kind == FileKind.Regular ? Read(root, path) : [];
            }
        }

        return [];
    }

    private static List<string[]> Read(FileDescriptor root, string path)
    {
        using FileDescriptor file = Files.OpenInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        byte[] bytes = new byte[Math.Min((long)Files.Status(file, path).Size, FileLimit)];
        int length = 0;
        while (length < bytes.Length && Files.Read(file, bytes.AsSpan(length), path) is > 0 and int count)
        {
            length += count;
        }

        return [.. System.Text.Encoding.UTF8.GetString(bytes, 0, length).Split('\n').Select(line => line.Split(':')).Where(fields => fields.Length >= 3 && fields[0].Length > 0)];
    }
}
