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
    private readonly bool rootless;
    private readonly List<(FileDescriptor File, string Path)> tasks = [];
    private readonly FileDescriptor? unified;

    internal CgroupEntrance(string? unifiedFolder, bool mustEnterUnified, IReadOnlyList<string> taskFiles, bool rootless)
    {
        this.mustEnterUnified = mustEnterUnified;
        this.rootless = rootless;
        unified = unifiedFolder is null ? null : Open(unifiedFolder, OpenFlags.ReadOnly | OpenFlags.Directory);
        foreach (string path in taskFiles)
        {
            if (Open(path, OpenFlags.WriteOnly) is { } file)
            {
                tasks.Add((file, path));
            }
        }
    }

    /// <summary>
    /// Whether the kernel has put the child into the unified cgroup. A user may move processes only below a folder of their own: from
    /// a login session into a container it takes systemd.
    /// </summary>
    internal bool Entered { get; private set; } = true;

    /// <summary>Clones into the unified cgroup; 0 in the child.</summary>
    internal int Clone(CloneFlags flags)
    {
        try
        {
            return CurrentProcess.Clone(flags, unified);
        }
        catch (SyscallException error) when (unified is not null && rootless && error.Errno is Errno.EACCES or Errno.EPERM)
        {
            Entered = false;
            return CurrentProcess.Clone(flags);
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

    private FileDescriptor? Open(string path, OpenFlags flags)
    {
        try
        {
            return CgroupFiles.Open(path, flags);
        }
        catch (SyscallException error) when (rootless && error.Errno is Errno.EACCES or Errno.EPERM or Errno.ENOENT or Errno.EROFS)
        {
            Entered = false;
            return null;
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
