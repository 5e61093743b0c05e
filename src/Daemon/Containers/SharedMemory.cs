using Wharf.Linux;

namespace Wharf.Daemon.Containers;

/// <summary>The shared memory of a container, for another one that joins its IPC namespace.</summary>
internal static class SharedMemory
{
    private const string Folder = "/dev/shm";

    /// <summary>A detached copy of its mount, taken from inside its mount namespace: from outside the kernel copies none.</summary>
    internal static FileDescriptor Copy(int process)
    {
        FileDescriptor? copy = null;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    string path = $"/proc/{process}/ns/mnt";
                    using FileDescriptor mounts = Files.Open(path, OpenFlags.ReadOnly);

                    // A thread that shares its working directory with others may not change its mount namespace.
                    CurrentProcess.Unshare(CloneFlags.NewMount);
                    CurrentProcess.Join(mounts, CloneFlags.NewMount, path);
                    copy = Mounts.CopyTree(Folder, recursive: false);
                }
                catch (IOException error)
                {
                    failure = error;
                }
            },
            256 << 10);
        thread.Start();
        thread.Join();
        return copy ?? throw new EngineException(EngineErrorKind.System, $"join shared memory of process {process}: {failure!.Message}", failure);
    }
}
