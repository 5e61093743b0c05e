using System.Globalization;
using Wharf.Linux;

namespace Wharf.Libcontainer;

/// <summary>A file with a process id, complete from the moment that it has its name.</summary>
internal static class PidFile
{
    internal static void Write(string? path, int id)
    {
        if (path is null)
        {
            return;
        }

        string next = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "." + Path.GetFileName(path));
        File.WriteAllText(next, id.ToString(CultureInfo.InvariantCulture));
        Files.Rename(next, path);
    }
}
