using System.Globalization;
using Wharf.Libcontainer.Mounts;
using Wharf.Libcontainer.Statistics;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>The cgroup of a container in every hierarchy of the host: pure v2, v1, or both (hybrid).</summary>
internal sealed class Cgroup
{
    private readonly IReadOnlyList<CgroupHierarchy> hierarchies;
    private List<(CgroupHierarchy Hierarchy, string Folder)> places;

    private Cgroup(IReadOnlyList<CgroupHierarchy> hierarchies, IEnumerable<(CgroupHierarchy, string)> places)
    {
        this.hierarchies = hierarchies;
        this.places = [.. places];
    }

    public IReadOnlyList<string> Paths => [.. places.Select(place => place.Folder)];

    /// <summary>Whether v2 is all that the host has.</summary>
    internal bool Pure => hierarchies is [{ Unified: true }];

    /// <summary>Made by a runtime that may lack the rights over cgroups: what it may not do there is left out where nobody asked for it.</summary>
    internal bool Rootless { get; init; }

    /// <summary>The folder whose processes are frozen together; null where the host cannot.</summary>
    internal string? Freezer => FolderOf("freezer") ?? UnifiedFolder;

    /// <summary>The cgroup that a spec names.</summary>
    public static Cgroup Of(RuntimeSpec spec, string id, bool rootless = false)
    {
        string path = spec.Linux?.CgroupsPath is { Length: > 0 } given ? given : id;
        if (path.Split('/').Contains(".."))
        {
            throw new ContainerException($"cgroups path \"{path}\" leaves its parent");
        }

        return At(path, rootless);
    }

    /// <summary>The cgroup of a path that is the same in all hierarchies.</summary>
    internal static Cgroup At(string path, bool rootless)
    {
        IReadOnlyList<CgroupHierarchy> hierarchies = CgroupHierarchy.Read();
        bool pure = hierarchies is [{ Unified: true }];
        return new Cgroup(hierarchies, hierarchies.Select(hierarchy => (hierarchy, hierarchy.Folder(path, besideOwn: pure)))) { Rootless = rootless };
    }

    /// <summary>The cgroup whose folders were recorded when it was made.</summary>
    public static Cgroup Recorded(IReadOnlyList<string> paths, bool rootless = false)
    {
        IReadOnlyList<CgroupHierarchy> hierarchies = CgroupHierarchy.Read();
        IEnumerable<(CgroupHierarchy, string)> places = paths
            .Select(path => (Hierarchy: hierarchies.FirstOrDefault(one => path.StartsWith(one.MountPoint + "/", StringComparison.Ordinal) || path == one.MountPoint), path))
            .Where(pair => pair.Hierarchy is not null)
            .Select(pair => (pair.Hierarchy!, pair.path));
        return new Cgroup(hierarchies, places) { Rootless = rootless };
    }

    /// <summary>
    /// Makes the folders; on v2 enables the controllers on the way down, unless someone else keeps the folders above. A rootless
    /// container for which nobody has named a cgroup does without those that its user may not make.
    /// </summary>
    internal void Create(Resources resources, bool enableControllers, bool named)
    {
        var made = new List<(CgroupHierarchy, string)>();
        foreach ((CgroupHierarchy hierarchy, string folder) in places)
        {
            try
            {
                CgroupFolders.Make(hierarchy, folder, enableControllers);
                made.Add((hierarchy, folder));
            }
            catch (SyscallException error) when (Rootless && !named && error.Errno is Errno.EACCES or Errno.EPERM or Errno.EROFS)
            {
                if (Pure && LimitRequest.Any(resources))
                {
                    throw new ContainerException($"rootless needs no limits + no cgrouppath when no permission is granted for cgroups: {error.Message}", error);
                }
            }
        }

        places = made;
    }

    /// <summary>Writes limits; a limit for a controller that the host does not have is an error, as the caller asked for it.</summary>
    public void Apply(Resources resources, bool withDevices)
    {
        if (!Pure)
        {
            new CgroupV1Limits(FolderOf, Rootless).Apply(resources, withDevices);
        }
        else if (places is [(_, var folder)])
        {
            CgroupV2Limits.Apply(folder, resources);
            if (withDevices)
            {
                AttachDevices(folder, DeviceRules.Complete(resources.Devices));
            }
        }
        else if (LimitRequest.Any(resources))
        {
            throw new ContainerException("cannot set limits: container could not join or create cgroup");
        }
    }

    /// <summary>A cgroup below this one, by controller on v1, or by "" for all: where an exec is to go. It must be there.</summary>
    public Cgroup Below(IReadOnlyDictionary<string, string> paths)
    {
        foreach (string controller in paths.Keys)
        {
            if (controller.Length > 0 && (Pure || FolderOf(controller) is null))
            {
                throw new ContainerException(Pure ? $"unknown controller {controller}: cgroup v2 has one tree" : $"unknown controller {controller} in --cgroup");
            }
        }

        // Without a controller the path is the same in every hierarchy.
        return new Cgroup(hierarchies, places.Select(place => (place.Hierarchy, Below(place.Folder, paths.FirstOrDefault(pair => pair.Key.Length == 0 || place.Hierarchy.Controllers.Contains(pair.Key)).Value)))) { Rootless = Rootless };
    }

    /// <summary>
    /// Where an exec goes that names no place: with the container, or, where that has given its controllers to cgroups below and
    /// therefore takes no process any more, with the container's first process.
    /// </summary>
    internal Cgroup OfProcess(int process)
    {
        if (UnifiedFolder is not { } folder
            || string.IsNullOrWhiteSpace(Files.TryReadText(Path.Combine(folder, "cgroup.subtree_control")))
            || Files.TryReadText($"/proc/{process}/cgroup")?.Split('\n').FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal)) is not { } line)
        {
            return this;
        }

        return new Cgroup(hierarchies, [(hierarchies[0], hierarchies[0].Folder(line[3..]))]) { Rootless = Rootless };
    }

    internal ContainerStatistics Statistics() => UnifiedFolder is { } folder ? CgroupV2Statistics.Read(folder) : new CgroupV1Statistics(FolderOf).Read();

    internal OutOfMemoryWatch WatchMemory() =>
        UnifiedFolder is { } folder ? OutOfMemoryWatch.Unified(folder)
        : OutOfMemoryWatch.Old(FolderOf("memory") ?? throw new ContainerException("memory events: this host has no cgroup controller \"memory\""));

    /// <summary>The processes in it and in cgroups below it.</summary>
    public IReadOnlyList<int> Processes()
    {
        string? folder = places.Where(place => CgroupFiles.Find(place.Folder) is not null).OrderBy(place => place.Hierarchy.Unified && !Pure).Select(place => place.Folder).FirstOrDefault();
        if (folder is null)
        {
            return [];
        }

        return [.. Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Prepend(folder)
            .SelectMany(below => File.ReadAllLines(Path.Combine(below, "cgroup.procs")))
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture))
            .Distinct()
            .Order()];
    }

    /// <summary>Stops or goes on with all processes, and waits until the kernel has done so.</summary>
    public void Freeze(bool frozen)
    {
        string folder = Freezer ?? throw new ContainerException(Rootless ? "cannot toggle freezer: cgroups not configured for container" : "freezer not supported");
        if (Pure)
        {
            Files.WriteText(Path.Combine(folder, "cgroup.freeze"), frozen ? "1" : "0");
            AwaitLine(Path.Combine(folder, "cgroup.events"), frozen ? "frozen 1" : "frozen 0", null);
        }
        else
        {
            string file = Path.Combine(folder, "freezer.state");
            string state = frozen ? "FROZEN" : "THAWED";
            Files.WriteText(file, state);

            // A process that was forking meanwhile escapes the first freeze: it is asked for again until all are frozen.
            AwaitLine(file, state, frozen ? () => Files.WriteText(file, state) : null);
        }
    }

    /// <summary>Kills all processes in it and in cgroups below it, and none that is just being forked gets away.</summary>
    internal void Kill()
    {
        const int kill = 9;
        if (Processes().Contains(CurrentProcess.Id))
        {
            // One that this process is in is not the container's alone.
            return;
        }

        if (UnifiedFolder is { } unified && File.Exists(Path.Combine(unified, "cgroup.kill")))
        {
            Files.WriteText(Path.Combine(unified, "cgroup.kill"), "1");
            return;
        }

        bool freezes = FolderOf("freezer") is { } folder && Directory.Exists(folder);
        if (freezes)
        {
            try
            {
                Freeze(true);
            }
            catch (ContainerException)
            {
                // One that waits for a disk cannot be frozen, but it gets its signal.
            }
        }

        foreach (int id in Processes())
        {
            Linux.Processes.Signal(id, kill);
        }

        if (freezes)
        {
            // What is frozen dies when it is thawed.
            Freeze(false);
        }
    }

    public bool Frozen()
    {
        string? folder = Freezer;
        string file = Path.Combine(folder ?? string.Empty, Pure ? "cgroup.freeze" : "freezer.state");
        return folder is not null && CgroupFiles.TryReadText(file)?.Trim() is "1" or "FROZEN" or "FREEZING";
    }

    /// <summary>A new container has its cgroup for itself: one with processes is somebody else's, and one that is frozen would stop the container on its way.</summary>
    internal void CheckUnused()
    {
        if (Processes() is { Count: > 0 and var count })
        {
            throw new ContainerException($"container's cgroup is not empty: {count} process(es) found");
        }

        if (Frozen())
        {
            throw new ContainerException("container's cgroup unexpectedly frozen");
        }
    }

    /// <summary>Removes the folders; a cgroup whose last process is just dying is busy for a moment.</summary>
    public void Remove()
    {
        foreach ((_, string folder) in places)
        {
            if (CgroupFiles.TryRemoveDirectory(folder) is null or Errno.ENAMETOOLONG)
            {
                continue;
            }

            foreach (string below in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length).Append(folder))
            {
                RemoveFolder(below);
            }
        }
    }

    internal CgroupMounts Mounts(bool ownNamespace) =>
        new([.. hierarchies.Select(one => new CgroupMounts.Hierarchy(one.MountPoint, one.Options, places.FirstOrDefault(place => place.Hierarchy == one).Folder, one.Unified))], ownNamespace);

    /// <summary>The way in, opened by the runtime; what a child does then needs no path.</summary>
    internal CgroupEntrance OpenEntrance()
    {
        // The freezer last: one that is frozen stops the child on its way.
        (CgroupHierarchy Hierarchy, string Folder)[] old = [.. places.Where(place => !place.Hierarchy.Unified).OrderBy(place => place.Hierarchy.Controllers.Contains("freezer"))];
        string? unified = places.Where(place => place.Hierarchy.Unified).Select(place => place.Folder).FirstOrDefault();
        return new CgroupEntrance(unified, mustEnterUnified: Pure, [.. old.Select(place => Path.Combine(place.Folder, "tasks"))], Rootless);
    }

    /// <summary>The cgroup of a process for each controller, "" for the unified one: /proc/PID/cgroup.</summary>
    internal static IReadOnlyList<(string Controller, string Path)> Memberships(int process) =>
    [
        .. (Files.TryReadText($"/proc/{process}/cgroup") ?? string.Empty)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(':', 3))
            .SelectMany(fields => fields[1].Split(',').Select(controller => (controller, fields[2]))),
    ];

    /// <summary>Moves another process in, with all its threads: the slow way, for a process that cannot do it itself.</summary>
    internal void Take(int process)
    {
        foreach ((_, string folder) in places)
        {
            Files.WriteText(Path.Combine(folder, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));
        }
    }

    internal string? FolderOf(string controller) =>
        places.Where(place => place.Hierarchy.Controllers.Contains(controller)).Select(place => place.Folder).FirstOrDefault();

    /// <summary>The container's folder on a host of v2 alone; null elsewhere, and for a container without one.</summary>
    private string? UnifiedFolder => Pure ? places.Select(place => place.Folder).FirstOrDefault() : null;

    /// <summary>A user who may not load programs may not open devices either, beyond those that are bound from the host.</summary>
    private void AttachDevices(string folder, IReadOnlyList<DeviceRule> rules)
    {
        ulong[] program = DeviceProgram.Of(rules);
        using FileDescriptor cgroup = Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            DevicePrograms.Replace(cgroup, program, folder);
        }
        catch (SyscallException error) when (error.Errno is Errno.EPERM or Errno.EACCES && Rootless)
        {
        }
    }

    private static string Below(string folder, string? path)
    {
        if (path is null)
        {
            return folder;
        }

        string full = Path.GetFullPath(folder + "/" + path);
        return full != folder && !full.StartsWith(folder + "/", StringComparison.Ordinal) ? throw new ContainerException($"bad sub cgroup path: {path}")
            : Directory.Exists(full) ? full
            : throw new ContainerException($"error adding pid of the new process to cgroup \"{full}\": no such file or directory");
    }

    private static void AwaitLine(string file, string line, Action? again)
    {
        for (int attempt = 0; attempt < 2000; attempt++)
        {
            if (File.ReadLines(file).Contains(line))
            {
                return;
            }

            Poll.Readable(1);
            if (attempt % 10 == 9)
            {
                again?.Invoke();
            }
        }

        throw new ContainerException($"\"{file}\" does not become \"{line}\"");
    }

    private static void RemoveFolder(string folder)
    {
        for (int attempt = 0; CgroupFiles.TryRemoveDirectory(folder) is { } errno; attempt++)
        {
            if (errno != Errno.EBUSY || attempt == 1000)
            {
                throw new SyscallException("rmdir", (int)errno, folder);
            }

            Poll.Readable(attempt < 50 ? 1 : 10);
        }
    }
}
