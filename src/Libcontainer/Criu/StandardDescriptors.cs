using System.Globalization;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Libcontainer.Criu;

/// <summary>
/// Where a container's standard streams led when it was made. A pipe of the caller's is not in the image: on restore one of the
/// new caller's takes its place, and the file "descriptors.json" beside the image says which.
/// </summary>
internal static class StandardDescriptors
{
    private const string FileName = "descriptors.json";
    private const int Count = 3;

    /// <summary>The links below /proc/PID/fd; empty where they may not be read.</summary>
    internal static IReadOnlyList<string> Of(int process) =>
        [.. Enumerable.Range(0, Count).Select(number => Files.ReadLink(null, string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd/{number}")) ?? string.Empty)];

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
    /// descriptor, because those are criu's socket and namespaces of the host, and nothing but pipes.
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
                    .Where(one => IsPipe(one.Key)),
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

    private static bool IsPipe(string link) =>
        link.StartsWith("pipe:[", StringComparison.Ordinal) && link.EndsWith(']') && link.Length > 7 && !link.AsSpan(6, link.Length - 7).ContainsAnyExceptInRange('0', '9');
}
