using Wharf.Libcontainer.Criu;
using Wharf.Linux;

namespace Wharf.Libcontainer;

internal sealed partial class Container
{
    /// <summary>
    /// Writes the container's processes into an image by criu(8). Unless it is to go on, the container has then ended, and is removed.
    /// </summary>
    public void Checkpoint(CheckpointOptions options, Action<string> warn, Action<string> debug)
    {
        ContainerStatus status = Status();
        if (status is not (ContainerStatus.Running or ContainerStatus.Paused))
        {
            throw new ContainerException($"Container cannot be checkpointed in {status.ToString().ToLowerInvariant()} state");
        }

        using FileDescriptor? process = Linux.Processes.Open(record.InitPid);
        new CriuDump(record, OwnCgroup, options, warn, debug).Run();
        if (options.LeaveRunning || options.PreDump)
        {
            return;
        }

        if (status == ContainerStatus.Paused && OwnCgroup.Frozen())
        {
            // criu has killed it; a frozen process on cgroup v1 dies only when it is thawed.
            OwnCgroup.Freeze(false);
        }

        AwaitEnd(process);
        try
        {
            Destroy(warn);
        }
        catch (Exception error) when (error is ContainerException or SyscallException or IOException)
        {
            // The image is complete: what is left of the container does not make the checkpoint a failure.
            warn($"remove checkpointed container \"{record.Id}\": {error.Message}");
        }
    }
}
