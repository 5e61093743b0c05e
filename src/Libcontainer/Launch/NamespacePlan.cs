using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>Which namespaces the child gets new, and which it joins by path; the paths are opened before the clone.</summary>
internal sealed class NamespacePlan : IDisposable
{
    private static readonly Dictionary<string, CloneFlags> Types = new()
    {
        ["user"] = CloneFlags.NewUser,
        ["pid"] = CloneFlags.NewPid,
        ["mount"] = CloneFlags.NewMount,
        ["network"] = CloneFlags.NewNet,
        ["uts"] = CloneFlags.NewUts,
        ["ipc"] = CloneFlags.NewIpc,
        ["cgroup"] = CloneFlags.NewCgroup,
        ["time"] = CloneFlags.NewTime,
    };

    // The mount namespace last, because the paths end with it.
    private static readonly CloneFlags[] JoinOrder =
        [CloneFlags.NewIpc, CloneFlags.NewUts, CloneFlags.NewNet, CloneFlags.NewPid, CloneFlags.NewCgroup, CloneFlags.NewTime, CloneFlags.NewMount];

    private readonly List<(CloneFlags Type, FileDescriptor File, string Path)> joins = [];

    internal static IEnumerable<string> Names => Types.Keys;

    internal static bool Knows(string type) => Types.ContainsKey(type);

    /// <summary>Whether a network namespace that is to be joined is the one that this process is in.</summary>
    internal static bool IsOwn(Namespace network) => network.Path is { Length: > 0 } path && IsSame(path, "/proc/self/ns/net");

    private static bool IsSame(string path, string own) =>
        Files.Find(path) is { } theirs && Files.Find(own) is { } ours && theirs.Inode == ours.Inode && theirs.Filesystem == ours.Filesystem;

    internal CloneFlags New { get; private set; }

    /// <summary>Whether the container mounts in a namespace that is not the runtime's own.</summary>
    internal bool ChangesMounts { get; private set; }

    private bool JoinsPid => joins.Any(join => join.Type == CloneFlags.NewPid);

    private bool JoinsUser => joins.Any(join => join.Type == CloneFlags.NewUser);

    /// <summary>
    /// A process cannot go into another pid or time namespace itself, only the member of a user namespace may make others in it, and
    /// the host's are joined before a new user namespace takes the right to do so away.
    /// </summary>
    internal bool TakesSecondClone => JoinsPid || JoinsUser || New.HasFlag(CloneFlags.NewTime) || (New.HasFlag(CloneFlags.NewUser) && joins.Count > 0);

    /// <summary>Whether ids have another meaning there than for the runtime.</summary>
    internal bool ChangesUser => JoinsUser || New.HasFlag(CloneFlags.NewUser);

    /// <summary>Where a namespace of this type is joined from; null when it is new or the runtime's own.</summary>
    internal string? PathOf(CloneFlags type) => joins.FirstOrDefault(join => join.Type == type).Path;

    /// <summary>The namespace of this type that is joined, which stays this plan's; null when it is new or the runtime's own.</summary>
    internal FileDescriptor? FileOf(CloneFlags type) => joins.FirstOrDefault(join => join.Type == type).File;

    internal static NamespacePlan Of(IReadOnlyList<Namespace> namespaces)
    {
        var plan = new NamespacePlan();
        var seen = new HashSet<string>();
        foreach (Namespace one in namespaces)
        {
            CloneFlags type = Types.TryGetValue(one.Type, out CloneFlags known) ? known : throw new ContainerException($"namespace \"{one.Type}\" does not exist");
            if (!seen.Add(one.Type))
            {
                throw new ContainerException($"malformed spec file: duplicated ns \"{one.Type}\"");
            }

            if (one.Path is { Length: > 0 } path)
            {
                plan.joins.Add((type, OpenNamespace(path, one.Type), path));
                plan.ChangesMounts |= type == CloneFlags.NewMount && !IsSame(path, "/proc/self/ns/mnt");
            }
            else
            {
                plan.New |= type;
                plan.ChangesMounts |= type == CloneFlags.NewMount;
            }
        }

        return plan;
    }

    /// <summary>The namespaces of a running process that are not this process's own.</summary>
    internal static NamespacePlan OfProcess(int id)
    {
        var plan = new NamespacePlan();
        foreach ((string name, CloneFlags type) in new[] { ("user", CloneFlags.NewUser), ("pid", CloneFlags.NewPid), ("mnt", CloneFlags.NewMount), ("net", CloneFlags.NewNet), ("uts", CloneFlags.NewUts), ("ipc", CloneFlags.NewIpc), ("cgroup", CloneFlags.NewCgroup), ("time", CloneFlags.NewTime) })
        {
            string path = $"/proc/{id}/ns/{name}";
            if (Files.ReadLink(null, $"/proc/self/ns/{name}") is not { } own)
            {
                // A kernel without namespaces of this type.
                continue;
            }

            // Never left out because it cannot be read: that would run the program on the host.
            if ((Files.ReadLink(null, path) ?? AwaitLink(path, name)) != own)
            {
                plan.joins.Add((type, OpenNamespace(path, name), path));
            }
        }

        return plan;
    }

    /// <summary>
    /// Those that belong to the host or to a user namespace below it are joined with the runtime's rights, which end where the user
    /// namespace is joined; those that take the rights of its members follow.
    /// </summary>
    internal void Join()
    {
        var later = new List<CloneFlags>();
        foreach (CloneFlags type in JoinOrder)
        {
            try
            {
                JoinAll(type);
            }
            catch (SyscallException error) when (error.Errno == Errno.EPERM && JoinsUser)
            {
                later.Add(type);
            }
        }

        JoinAll(CloneFlags.NewUser);
        later.ForEach(JoinAll);
    }

    private void JoinAll(CloneFlags type)
    {
        foreach ((CloneFlags Type, FileDescriptor File, string Path) join in joins.Where(join => join.Type == type))
        {
            CurrentProcess.Join(join.File, type, join.Path);
        }
    }

    public void Dispose()
    {
        foreach ((CloneFlags _, FileDescriptor file, string _) in joins)
        {
            file.Dispose();
        }
    }

    /// <summary>In the moment in which a process takes on its user its namespaces are out of reach for a runtime without privileges.</summary>
    private static string AwaitLink(string path, string name)
    {
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            Poll.Readable(1);
            if (Files.ReadLink(null, path) is { } link)
            {
                return link;
            }
        }

        throw new ContainerException($"namespace \"{name}\" of path \"{path}\": cannot be read");
    }

    private static FileDescriptor OpenNamespace(string path, string type)
    {
        try
        {
            return Files.Open(path, OpenFlags.ReadOnly);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"namespace \"{type}\" of path \"{path}\": {ErrnoText.Of(error.Errno)}", error);
        }
    }
}
