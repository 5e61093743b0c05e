using System.Globalization;
using Wharf.Linux;

namespace Wharf.Shim.Cgroups;

/// <summary>Where the shim itself is accounted for, and how likely the kernel is to end it for want of memory.</summary>
internal static class ShimPlacement
{
    private const int Greatest = 1000;

    /// <summary>ShimCgroup of the options: the cgroup exists; its name is the same in every hierarchy that has it.</summary>
    internal static void JoinCgroup(int pid, string cgroup)
    {
        string[] folders = [.. CgroupMounts.All().Select(mount => Path.Combine(mount.Point, cgroup.TrimStart('/'))).Distinct().Where(Directory.Exists)];
        if (folders.Length == 0)
        {
            throw new ShimException($"failed to load cgroup {cgroup}: no hierarchy has it");
        }

        foreach (string folder in folders)
        {
            Files.WriteText(Path.Combine(folder, "cgroup.procs"), pid.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Ended only just before containerd, which is this command's parent.</summary>
    internal static void FollowOomScore(int pid, int parent)
    {
        string text = Files.TryReadText($"/proc/{parent}/oom_score_adj")?.Trim() ?? "0";
        int score = Math.Min(int.Parse(text, CultureInfo.InvariantCulture) + 1, Greatest);
        try
        {
            Files.WriteText($"/proc/{pid}/oom_score_adj", score.ToString(CultureInfo.InvariantCulture));
        }
        catch (SyscallException error) when (error.Errno is Errno.EACCES or Errno.EPERM)
        {
            // Lower than its parent's only with CAP_SYS_RESOURCE.
        }
    }
}
