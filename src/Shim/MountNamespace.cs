using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>The shim's own mount namespace, a slave of the host's (decision 0003), and the way back for a container whose mounts reach the host.</summary>
internal sealed class MountNamespace : IDisposable
{
    private readonly FileDescriptor host;
    private readonly FileDescriptor own;

    private MountNamespace(FileDescriptor host, FileDescriptor own)
    {
        this.host = host;
        this.own = own;
    }

    internal static MountNamespace Enter()
    {
        FileDescriptor host = Open();
        CurrentProcess.Unshare(CloneFlags.NewMount);
        Mounts.Mount(null, "/", null, MountFlags.Slave | MountFlags.Recursive);
        return new MountNamespace(host, Open());
    }

    /// <summary>Does something in the host's namespace, or here.</summary>
    internal T In<T>(bool atHost, Func<T> action)
    {
        if (!atHost)
        {
            return action();
        }

        CurrentProcess.Join(host, CloneFlags.NewMount, "the host's mount namespace");
        try
        {
            return action();
        }
        finally
        {
            CurrentProcess.Join(own, CloneFlags.NewMount, "the shim's mount namespace");
        }
    }

    public void Dispose()
    {
        host.Dispose();
        own.Dispose();
    }

    // Of this thread: others may still be where the process began.
    private static FileDescriptor Open() => Files.Open("/proc/thread-self/ns/mnt", OpenFlags.ReadOnly);
}
