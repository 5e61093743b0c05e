namespace Wharf.Shim;

/// <summary>Where a process's cgroup of a v1 controller is, or of the unified hierarchy for an empty name.</summary>
internal static class CgroupFolders
{
    internal static string? Of(int pid, string controller)
    {
        string? path = File.ReadLines($"/proc/{pid}/cgroup")
            .Select(line => line.Split(':', 3))
            .Where(parts => controller.Length == 0 ? parts[0] == "0" : parts[1].Split(',').Contains(controller))
            .Select(parts => parts[2])
            .FirstOrDefault();
        string? point = File.ReadLines("/proc/self/mountinfo")
            .Select(line => (Fields: line.Split(' '), Tail: line[(line.IndexOf(" - ", StringComparison.Ordinal) + 3)..].Split(' ')))
            .Where(mount => controller.Length == 0 ? mount.Tail[0] == "cgroup2" : mount.Tail[0] == "cgroup" && mount.Tail[2].Split(',').Contains(controller))
            .Select(mount => mount.Fields[4])
            .FirstOrDefault();
        return path is null || point is null ? null : point + "/" + path.TrimStart('/');
    }
}
