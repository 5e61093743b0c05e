using System.Globalization;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Libcontainer.Criu;

/// <summary>
/// Where a container's standard streams led when it was made. A pipe of the caller's, or a fifo or a file that the container cannot
/// see, is not in the image: on restore a stream of the new caller's takes its place, and the file "descriptors.json" beside the image
/// says which.
/// </summary>
internal static class StandardDescriptors
{
    private const string FileName = "descriptors.json";
    private const int Count = 3;

    /// <summary>The links below /proc/PID/fd; empty where they may not be read.</summary>
    internal static IReadOnlyList<string> Of(int process) =>
        [.. Enumerable.Range(0, Count).Select(number => Files.ReadLink(null, string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd/{number}")) ?? string.Empty)];

    /// <summary>
    /// The same for a running process, with criu's name in place of the path for what is on no mount of the container:
    /// "file[MOUNT:INODE]" in hexadecimal.
    /// </summary>
    internal static IReadOnlyList<string> Named(int process, IReadOnlyList<string> links)
    {
        HashSet<string> mounts = [.. (Files.TryReadText($"/proc/{process}/mountinfo") ?? string.Empty).Split('\n').Select(line => line.Split(' ')[0])];
        return [.. links.Select((link, number) => link.StartsWith('/') ? Name(process, number, link, mounts) ?? link : link)];
    }

    /// <summary>Those that criu has to be told of: a pipe it recognizes itself.</summary>
    internal static IEnumerable<string> External(IReadOnlyList<string> names) => names.Where(name => name.StartsWith("file[", StringComparison.Ordinal)).Distinct();

    internal static void Write(string folder, IReadOnlyList<string> links)
    {
        string path = Path.Combine(folder, FileName);
        using FileDescriptor file = Files.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate | OpenFlags.NoFollow, 0x180);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (string link in links)
            {
                json.WriteStringValue(link);
            }

            json.WriteEndArray();
        }

        Files.Write(file, bytes.ToArray(), path);
    }

    /// <summary>
    /// Which of the three streams stands for which pipe of the image. The file may come from a stranger: it names no other
    /// descriptor, because those are criu's socket and namespaces of the host, and nothing but pipes and what was outside.
    /// </summary>
    internal static IReadOnlyList<(string Key, int Number)> Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return
            [
                .. document.RootElement.EnumerateArray()
                    .Take(Count)
                    .Select((link, number) => (Key: link.GetString() ?? string.Empty, Number: number))
                    .Where(one => IsName(one.Key, "pipe:[", "0123456789") || IsName(one.Key, "file[", "0123456789abcdef:")),
            ];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ContainerException($"open {path}: no such file or directory", error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ContainerException($"\"{path}\": {error.Message}", error);
        }
    }

    private static bool IsName(string text, string start, string letters) =>
        text.StartsWith(start, StringComparison.Ordinal) && text.EndsWith(']') && text.Length > start.Length + 1
        && !text.AsSpan(start.Length, text.Length - start.Length - 1).ContainsAnyExcept(letters);

    /// <summary>Null for what the container can open by its path, and for what no longer leads there.</summary>
    private static string? Name(int process, int number, string link, HashSet<string> mounts)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd/{number}");
        if (Files.ReadLink(null, path) != link || Files.Find(path) is not { } status
            || Files.TryReadText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fdinfo/{number}")) is not { } details)
        {
            return null;
        }

        const string key = "mnt_id:";
        string? mount = details.Split('\n').FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..].Trim();
        return mount is null || mounts.Contains(mount) ? null
            : string.Create(CultureInfo.InvariantCulture, $"file[{int.Parse(mount, CultureInfo.InvariantCulture):x}:{status.Inode:x}]");
    }
}
