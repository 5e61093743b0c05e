using Wharf.Libcontainer.Statistics;
using Wharf.Linux;

namespace Wharf.Libcontainer;

internal sealed partial class Container
{
    /// <summary>What the container uses now.</summary>
    public ContainerStatistics Statistics() => OwnCgroup.Statistics();

    /// <summary>Tells of memory that has run out; the caller disposes it.</summary>
    public OutOfMemoryWatch WatchMemory() => OwnCgroup.WatchMemory();

    /// <summary>Readable when the first process has ended; null when it has already. The caller disposes it.</summary>
    public FileDescriptor? OpenProcess()
    {
        FileDescriptor? process = Linux.Processes.Open(record.InitPid);
        if (Status() != ContainerStatus.Stopped)
        {
            return process;
        }

        // The id may be another process's by now.
        process?.Dispose();
        return null;
    }
}
