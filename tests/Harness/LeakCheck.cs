using System.Diagnostics;

namespace Wharf.Harness;

/// <summary>
/// What an engine has of the host at one moment: mounts, namespaces, cgroups, links, firewall rules, snapshots, fifos,
/// processes. Taken before the work and compared after it, each thing that is left over is named.
/// </summary>
public sealed class LeakCheck
{
    private static readonly EnumerationOptions Tree = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
    private readonly Engine engine;
    private readonly HashSet<string> before;

    private LeakCheck(Engine engine)
    {
        this.engine = engine;
        before = [.. Look(engine)];
    }

    public static LeakCheck Begin(Engine engine) => new(engine);

    /// <summary>Throws with a list of what is there now and was not before. Removal goes on after the client has its answer, so it is given a while.</summary>
    public void End()
    {
        var limit = Stopwatch.StartNew();
        List<string> left;
        do
        {
            left = [.. Look(engine).Where(thing => !before.Contains(thing))];
            if (left.Count == 0)
            {
                return;
            }

            Thread.Sleep(200);
        }
        while (limit.Elapsed < TimeSpan.FromSeconds(20));

        throw new InvalidOperationException($"{left.Count} left behind:\n{string.Join('\n', left.Take(40))}");
    }

    /// <summary>Made once by the first task of a namespace, and no container's.</summary>
    private static bool IsFolderOfNamespace(Engine engine, string path) =>
        Path.GetRelativePath(engine.ContainerdState, path) is "io.containerd.runtime.v2.task" or "io.containerd.runtime.v2.task/moby";

    /// <summary>Every thing as one line, equal lines numbered so that a second one is seen.</summary>
    private static IEnumerable<string> Look(Engine engine) =>
        Things(engine).GroupBy(thing => thing).SelectMany(same => same.Select((thing, index) => $"{thing} #{index}"));

    private static IEnumerable<string> Things(Engine engine)
    {
        foreach (string point in HostMounts.Below(engine.Root))
        {
            yield return $"mount {point}";
        }

        foreach (string folder in HostCgroups.Below(engine.CgroupParent).Where(folder => !folder.EndsWith(engine.CgroupParent, StringComparison.Ordinal)))
        {
            yield return $"cgroup {folder}";
        }

        foreach (int id in HostProcesses.Naming(engine.Root))
        {
            yield return $"process {HostProcesses.CommandLine(id)}";
        }

        foreach (int daemon in new[] { engine.DaemonId, engine.ContainerdId })
        {
            foreach (string target in HostProcesses.Descriptors(daemon))
            {
                if (target.StartsWith("net:[", StringComparison.Ordinal) || target.StartsWith("mnt:[", StringComparison.Ordinal) || target.Contains("/fifo", StringComparison.Ordinal))
                {
                    yield return $"descriptor of {daemon}: {target}";
                }
            }
        }

        string ports = $"/sys/class/net/{engine.Bridge}/brif";
        foreach (string port in Directory.Exists(ports) ? Directory.EnumerateFileSystemEntries(ports) : [])
        {
            yield return $"veth {Path.GetFileName(port)}";
        }

        foreach (string rule in Command.Run("nft", "--stateless", "list", "ruleset").Output.Split('\n').Where(line => line.Contains(engine.Bridge, StringComparison.Ordinal)))
        {
            yield return $"rule {rule.Trim()}";
        }

        string snapshots = Path.Combine(engine.ContainerdRoot, "io.containerd.snapshotter.v1.overlayfs", "snapshots");
        foreach (string snapshot in Directory.Exists(snapshots) ? Directory.EnumerateDirectories(snapshots) : [])
        {
            yield return $"snapshot {snapshot}";
        }

        foreach (string state in new[] { engine.ContainerdState, Path.Combine(engine.Root, "run-wharf"), Path.Combine(engine.Root, "lib-wharf", "containers") }.Where(Directory.Exists))
        {
            foreach (string file in Directory.EnumerateFileSystemEntries(state, "*", Tree).Where(file => !IsFolderOfNamespace(engine, file)))
            {
                yield return $"file {file}";
            }
        }
    }
}
