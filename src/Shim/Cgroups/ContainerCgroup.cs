namespace Wharf.Shim.Cgroups;

/// <summary>Where the cgroup of a container is: a folder of each v1 controller, and of the unified hierarchy under an empty name.</summary>
internal sealed class ContainerCgroup(IReadOnlyDictionary<string, string> folders)
{
    /// <summary>No v1 hierarchy counts memory or CPU: cgroup v2 does. On a hybrid host v1 does.</summary>
    internal bool IsUnified => !folders.Keys.Any(controller => controller is "memory" or "cpu" or "cpuacct" or "pids");

    /// <summary>Of a process; remembered, so that it can be asked when the process has ended. Null when it has already.</summary>
    internal static ContainerCgroup? Of(int pid)
    {
        var folders = new Dictionary<string, string>();
        try
        {
            Dictionary<string, string> paths = [];
            foreach (string[] parts in File.ReadLines($"/proc/{pid}/cgroup").Select(line => line.Split(':', 3)))
            {
                foreach (string controller in parts[1].Split(','))
                {
                    paths[controller] = parts[2];
                }
            }

            foreach ((string controller, string point) in CgroupMounts.All())
            {
                if (paths.TryGetValue(controller, out string? path))
                {
                    folders.TryAdd(controller, Path.Combine(point, path.TrimStart('/')));
                }
            }

            return new ContainerCgroup(folders);
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal string? Folder(string controller) => folders.GetValueOrDefault(controller);
}
