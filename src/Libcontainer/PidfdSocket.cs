using Wharf.Linux;

namespace Wharf.Libcontainer;

/// <summary>Sends a pidfd of a new process to whoever listens, with the word that runc sends along.</summary>
internal static class PidfdSocket
{
    internal static void Send(string? path, int id, ReadOnlySpan<byte> kind)
    {
        if (path is null)
        {
            return;
        }

        using FileDescriptor socket = UnixSockets.Connect(path);
        using FileDescriptor process = Processes.Open(id) ?? throw new ContainerException("container init ended before it was ready");
        UnixSockets.Send(socket, kind, process);
    }
}
