using System.Globalization;

namespace Wharf.Linux;

/// <summary>User namespaces that nobody runs in, for mounts that show other owners.</summary>
public static class UserNamespace
{
    /// <summary>One with these mappings, "INSIDE:OUTSIDE:COUNT" with commas between them. Clones the calling process: decision 0001.</summary>
    /// <exception cref="FormatException">That is no mapping.</exception>
    public static FileDescriptor Of(string users, string groups)
    {
        (string userLines, string groupLines) = (Lines(users), Lines(groups));
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using (read)
        {
            // It is held by a process until something else holds it.
            int holder = CurrentProcess.Clone(CloneFlags.NewUser);
            if (holder == 0)
            {
                write.Dispose();
                Files.Read(read, stackalloc byte[1], "end");
                CurrentProcess.Exit(0);
            }

            try
            {
                Files.WriteText($"/proc/{holder}/uid_map", userLines);
                Files.WriteText($"/proc/{holder}/gid_map", groupLines);
                return Files.Open($"/proc/{holder}/ns/user", OpenFlags.ReadOnly);
            }
            finally
            {
                write.Dispose();
                Processes.Wait(holder);
            }
        }
    }

    /// <summary>As /proc/PID/uid_map takes it: user_namespaces(7).</summary>
    private static string Lines(string mappings) => string.Join('\n', mappings.Split(',').Select(mapping =>
        mapping.Split(':') is [var inside, var outside, var count]
            && new[] { inside, outside, count }.All(number => uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? $"{inside} {outside} {count}"
            : throw new FormatException($"id mapping \"{mapping}\": not INSIDE:OUTSIDE:COUNT")));
}
