namespace Wharf.Linux;

/// <summary>A started program: its id, and a descriptor that becomes readable when it ends. The owner reaps it.</summary>
public sealed class ChildProcess(int id, FileDescriptor descriptor) : IDisposable
{
    public int Pid => id;

    public FileDescriptor PidFd => descriptor;

    /// <summary>Blocks until it has ended, and reaps it.</summary>
    public ExitStatus Wait() => Processes.Wait(id);

    public void Dispose() => descriptor.Dispose();
}
