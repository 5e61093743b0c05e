using Wharf.Linux;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>
/// How a child gets into its cgroup without the kernel's lock over all thread groups, whose first taker waits for a grace period of
/// RCU, some milliseconds: on v2 it is born there (CLONE_INTO_CGROUP), on v1 it writes 0, itself, into "tasks", which the kernel does
/// without that lock since 5.5. Writing the child's id into "cgroup.procs" from outside would take it.
/// </summary>
internal sealed class CgroupEntrance : IDisposable
{
    private readonly bool mustEnterUnified;
    private readonly List<(FileDescriptor File, string Path)> tasks = [];
    private readonly FileDescriptor? unified;

    internal CgroupEntrance(string? unifiedFolder, bool mustEnterUnified, IReadOnlyList<string> taskFiles)
    {
        this.mustEnterUnified = mustEnterUnified;
        unified = unifiedFolder is null ? null : Files.Open(unifiedFolder, OpenFlags.ReadOnly | OpenFlags.Directory);
        foreach (string path in taskFiles)
        {
            tasks.Add((Files.Open(path, OpenFlags.WriteOnly), path));
        }
    }

    /// <summary>Clones into the unified cgroup; 0 in the child.</summary>
    internal int Clone(CloneFlags flags)
    {
        try
        {
            return CurrentProcess.Clone(flags, unified);
        }
        catch (SyscallException error) when (unified is not null && !mustEnterUnified && error.Errno is Errno.EOPNOTSUPP or Errno.EBUSY)
        {
            // The unified part of a hybrid host carries no controller that is asked for.
            return CurrentProcess.Clone(flags);
        }
    }

    /// <summary>The child's part. It has one thread, so the thread that is moved is all of it.</summary>
    internal void Enter()
    {
        foreach ((FileDescriptor file, string path) in tasks)
        {
            Files.Write(file, "0"u8, path);
        }
    }

    public void Dispose()
    {
        unified?.Dispose();
        foreach ((FileDescriptor file, _) in tasks)
        {
            file.Dispose();
        }
    }
}
