namespace Wharf.Shim.Cgroups;

/// <summary>The mounted hierarchies.</summary>
internal static class CgroupMounts
{
    /// <summary>Each v1 controller and where it is mounted; the unified hierarchy has an empty name.</summary>
    internal static IEnumerable<(string Controller, string Point)> All()
    {
        foreach (string line in File.ReadLines("/proc/self/mountinfo"))
        {
            string[] fields = line.Split(' ');
            int tail = Array.IndexOf(fields, "-");
            if (tail < 0 || fields.Length < tail + 4)
            {
                continue;
            }

            if (fields[tail + 1] == "cgroup2")
            {
                yield return ("", fields[4]);
            }
            else if (fields[tail + 1] == "cgroup")
            {
                foreach (string controller in fields[tail + 3].Split(','))
                {
                    yield return (controller, fields[4]);
                }
            }
        }
    }
}
