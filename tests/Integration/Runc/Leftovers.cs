using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>What a container that did not come to be, or was deleted, must not leave: its state, cgroups, mounts, processes.</summary>
internal static class Leftovers
{
    /// <summary>The kernel takes a moment to end a process or a namespace; empty when all is gone within half a minute.</summary>
    internal static IReadOnlyList<string> Of(BusyboxBundle bundle, string id)
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            IReadOnlyList<string> left = [.. Look(bundle, id)];
            if (left.Count == 0 || limit.Elapsed > TimeSpan.FromSeconds(30))
            {
                return left;
            }

            Thread.Sleep(20);
        }
    }

    private static IEnumerable<string> Look(BusyboxBundle bundle, string id)
    {
        string folder = Path.GetDirectoryName(bundle.Rootfs)!;
        if (Directory.Exists(Path.Combine(bundle.StateRoot, id)))
        {
            yield return Path.Combine(bundle.StateRoot, id);
        }

        foreach (string cgroup in HostCgroups.Below("/" + id))
        {
            yield return cgroup;
        }

        foreach (string point in HostMounts.Below(folder))
        {
            yield return "mount " + point;
        }

        foreach (int process in HostProcesses.Naming(folder))
        {
            yield return $"process {process} {HostProcesses.CommandLine(process)}";
        }
    }
}
