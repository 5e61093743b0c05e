using System.Globalization;
using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>
/// The runtime's processes that a shim left behind when it died in the middle of a call. They come to their end in a moment; what
/// one makes that is ended halfway, nobody would know of.
/// </summary>
internal static class RuntimeProcesses
{
    private const int Kill = 9;
    private const int EndMilliseconds = 4000;

    internal static void AwaitEnd(string bundle)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) || !Names(folder, bundle))
            {
                continue;
            }

            using FileDescriptor? process = Processes.Open(id);

            // The container's own process is the runtime's too until it has begun: that one waits for somebody to start it.
            if (process is null || !Names(folder, bundle) || IsContainer(bundle, id) || Poll.Readable(EndMilliseconds, process)[0])
            {
                continue;
            }

            // With its hooks, which are of its process group.
            Processes.Signal(-id, Kill);
            Processes.Signal(id, Kill);
        }
    }

    private static bool IsContainer(string bundle, int id) =>
        Files.TryReadText(Path.Combine(bundle, RuntimeCommands.PidFileName)) == id.ToString(CultureInfo.InvariantCulture);

    private static bool Names(string folder, string bundle)
    {
        string[] words = (Files.TryReadText(Path.Combine(folder, "cmdline")) ?? "").Split('\0');
        int flag = Array.IndexOf(words, "--log");
        return flag >= 0 && flag + 1 < words.Length && RuntimeCall.IsLog(bundle, words[flag + 1]);
    }
}
