using System.Globalization;
using Wharf.Libcontainer.Mounts;
using Wharf.Libcontainer.Statistics;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>The cgroup of a container in every hierarchy of the host: pure v2, v1, or both (hybrid).</summary>
public sealed class Cgroup
{
    private readonly IReadOnlyList<(CgroupHierarchy Hierarchy, string Folder)> places;

    private Cgroup(IReadOnlyList<(CgroupHierarchy, string)> places) => this.places = places;

    public IReadOnlyList<string> Paths => [.. places.Select(place => place.Folder)];

    /// <summary>Whether v2 is all that the host has.</summary>
    internal bool Pure => places.Count == 1 && places[0].Hierarchy.Unified;

    /// <summary>The cgroup that a spec names.</summary>
    public static Cgroup Of(RuntimeSpec spec, string id)
    {
        string path = spec.Linux?.CgroupsPath is { Length: > 0 } given ? given : id;
        if (path.Split('/').Contains(".."))
        {
            throw new ContainerException($"cgroups path \"{path}\" leaves its parent");
        }

        return At(path);
    }

    /// <summary>The cgroup of a path that is the same in all hierarchies.</summary>
    internal static Cgroup At(string path) => new([.. CgroupHierarchy.Read().Select(hierarchy => (hierarchy, hierarchy.Folder(path)))]);

    /// <summary>The cgroup whose folders were recorded when it was made.</summary>
    public static Cgroup Recorded(IReadOnlyList<string> paths)
    {
        IReadOnlyList<CgroupHierarchy> hierarchies = CgroupHierarchy.Read();
        return new Cgroup([.. paths
            .Select(path => (Hierarchy: hierarchies.FirstOrDefault(one => path.StartsWith(one.MountPoint + "/", StringComparison.Ordinal) || path == one.MountPoint), path))
            .Where(pair => pair.Hierarchy is not null)
            .Select(pair => (pair.Hierarchy!, pair.path))]);
    }

    /// <summary>Makes the folders; on v2 enables the controllers on the way down, unless someone else keeps the folders above.</summary>
    public void Create(bool enableControllers = true)
    {
        foreach ((CgroupHierarchy hierarchy, string folder) in places)
        {
            MakeFolders(hierarchy, folder, enableControllers);
        }
    }

    /// <summary>Writes limits; a limit for a controller that the host does not have is an error, as the caller asked for it.</summary>
    public void Apply(Resources resources, bool withDevices)
    {
        if (Pure)
        {
            CgroupV2Limits.Apply(places[0].Folder, resources);
            if (withDevices)
            {
                AttachDevices(places[0].Folder, DeviceRules.Complete(resources.Devices));
            }

            return;
        }

        new CgroupV1Limits(FolderOf).Apply(resources, withDevices);
    }

    /// <summary>A cgroup below this one, by controller on v1, or by "" alone on v2: where an exec is to go. It must be there.</summary>
    public Cgroup Below(IReadOnlyDictionary<string, string> paths)
    {
        foreach (string controller in paths.Keys)
        {
            if (controller.Length == 0 != Pure || (controller.Length > 0 && FolderOf(controller) is null))
            {
                throw new ContainerException(Pure ? $"unknown controller {controller}: cgroup v2 has one tree" : $"unknown controller {controller} in --cgroup");
            }
        }

        return new Cgroup([.. places.Select(place => (place.Hierarchy, Below(place.Folder, paths.FirstOrDefault(pair => Pure || place.Hierarchy.Controllers.Contains(pair.Key)).Value)))]);
    }

    internal ContainerStatistics Statistics() => Pure ? CgroupV2Statistics.Read(places[0].Folder) : new CgroupV1Statistics(FolderOf).Read();

    internal OutOfMemoryWatch WatchMemory() =>
        Pure ? OutOfMemoryWatch.Unified(places[0].Folder)
        : OutOfMemoryWatch.Old(FolderOf("memory") ?? throw new ContainerException("memory events: this host has no cgroup controller \"memory\""));

    /// <summary>The processes in it and in cgroups below it.</summary>
    public IReadOnlyList<int> Processes()
    {
        string? folder = places.Where(place => Directory.Exists(place.Folder)).OrderBy(place => place.Hierarchy.Unified && !Pure).Select(place => place.Folder).FirstOrDefault();
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
        string folder = FolderOf("freezer") ?? (Pure ? places[0].Folder : throw new ContainerException("freezer not supported"));
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

    public bool Frozen()
    {
        string? folder = FolderOf("freezer") ?? (Pure ? places[0].Folder : null);
        string file = Path.Combine(folder ?? string.Empty, Pure ? "cgroup.freeze" : "freezer.state");
        return folder is not null && File.Exists(file) && File.ReadAllText(file).Trim() is "1" or "FROZEN" or "FREEZING";
    }

    /// <summary>Removes the folders; a cgroup whose last process is just dying is busy for a moment.</summary>
    public void Remove()
    {
        foreach ((_, string folder) in places)
        {
            if (Files.TryRemoveDirectory(folder) is null or Errno.ENAMETOOLONG)
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
        new([.. places.Select(place => new CgroupMounts.Hierarchy(place.Hierarchy.MountPoint, place.Hierarchy.Options, place.Folder, place.Hierarchy.Unified))], ownNamespace);

    /// <summary>The way in, opened by the runtime; what a child does then needs no path.</summary>
    internal CgroupEntrance OpenEntrance()
    {
        // The freezer last: one that is frozen stops the child on its way.
        (CgroupHierarchy Hierarchy, string Folder)[] old = [.. places.Where(place => !place.Hierarchy.Unified).OrderBy(place => place.Hierarchy.Controllers.Contains("freezer"))];
        string? unified = places.Where(place => place.Hierarchy.Unified).Select(place => place.Folder).FirstOrDefault();
        return new CgroupEntrance(unified, mustEnterUnified: Pure, [.. old.Select(place => Path.Combine(place.Folder, "tasks"))]);
    }

    internal string? FolderOf(string controller) =>
        places.Where(place => place.Hierarchy.Controllers.Contains(controller)).Select(place => place.Folder).FirstOrDefault();

    /// <summary>A user who may not load programs may not open devices either, beyond those that are bound from the host.</summary>
    private static void AttachDevices(string folder, IReadOnlyList<DeviceRule> rules)
    {
        ulong[] program = DeviceProgram.Of(rules);
        using FileDescriptor cgroup = Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            DevicePrograms.Replace(cgroup, program, folder);
        }
        catch (SyscallException error) when (error.Errno == Errno.EPERM && CurrentProcess.EffectiveUserId != 0)
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
        return full != folder && !full.StartsWith(folder + "/", StringComparison.Ordinal) ? throw new ContainerException($"{path} is not a sub cgroup path")
            : Directory.Exists(full) ? full
            : throw new ContainerException($"cgroup \"{full}\": no such file or directory");
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
        for (int attempt = 0; Files.TryRemoveDirectory(folder) is { } errno; attempt++)
        {
            if (errno != Errno.EBUSY || attempt == 1000)
            {
                throw new SyscallException("rmdir", (int)errno, folder);
            }

            Poll.Readable(attempt < 50 ? 1 : 10);
        }
    }

    private static void MakeFolders(CgroupHierarchy hierarchy, string folder, bool enableControllers)
    {
        string[] parts = folder[hierarchy.MountPoint.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        string path = hierarchy.MountPoint;
        foreach (string part in parts)
        {
            if (hierarchy.Unified && enableControllers)
            {
                EnableControllers(path);
            }

            string parent = path;
            path = Path.Combine(path, part);

            // What is there is another container's parent, or was made before.
            Files.TryMakeDirectory(path, 0x1ed);

            if (hierarchy.Controllers.Contains("cpuset"))
            {
                // A cpuset takes no process until it has processors and memory nodes.
                Inherit(parent, path, "cpuset.cpus");
                Inherit(parent, path, "cpuset.mems");
            }
        }
    }

    private static void Inherit(string parent, string path, string file)
    {
        if (string.IsNullOrWhiteSpace(File.ReadAllText(Path.Combine(path, file))))
        {
            Files.WriteText(Path.Combine(path, file), File.ReadAllText(Path.Combine(parent, file)).Trim());
        }
    }

    private static void EnableControllers(string path)
    {
        string control = Path.Combine(path, "cgroup.subtree_control");
        HashSet<string> enabled = [.. File.ReadAllText(control).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];
        foreach (string controller in File.ReadAllText(Path.Combine(path, "cgroup.controllers")).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(one => !enabled.Contains(one)))
        {
            try
            {
                Files.WriteText(control, "+" + controller);
            }
            catch (SyscallException error) when (error.Errno is Errno.EBUSY or Errno.EINVAL or Errno.ENOENT or Errno.EOPNOTSUPP)
            {
                // A parent with processes of its own, or a threaded one: a limit that needs the controller will say so.
            }
        }
    }
}
