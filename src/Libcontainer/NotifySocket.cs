using System.Globalization;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

/// <summary>
/// Readiness of a container, sd_notify(3): its program tells a socket of the runtime's, in a folder that is bound into the container,
/// and the runtime tells the service manager that has started it. Nothing but readiness is passed on: a container has no say in what
/// else a manager takes from a service.
/// </summary>
internal sealed class NotifySocket : IDisposable
{
    private const string Folder = "/run/notify";
    private const string Name = "notify.sock";
    private const uint Everybody = 0x1ff;

    // What sd_notify_barrier(3) gives a manager, and the runtime runc.
    private const int BarrierTimeout = 30_000;
    private readonly string manager;
    private readonly Action<string> warn;
    private FileDescriptor? barrier;

    private NotifySocket(FileDescriptor socket, string manager, Action<string> warn)
    {
        Socket = socket;
        this.manager = manager;
        this.warn = warn;
    }

    /// <summary>Readable when the container's program has said something; null once readiness has been passed on.</summary>
    internal FileDescriptor? Socket { get; private set; }

    /// <summary>The address in the environment of the container's program.</summary>
    internal static string Variable => $"NOTIFY_SOCKET={Folder}/{Name}";

    /// <summary>The folder of the socket, seen by the container; the program can speak through a read-only mount but not replace the socket.</summary>
    internal static RuntimeSpec Mount(RuntimeSpec spec, string folder) => spec with
    {
        Mounts = [.. spec.Mounts ?? [], new Mount { Destination = Folder, Type = "bind", Source = folder, Options = ["bind", "nosuid", "noexec", "nodev", "ro"] }],
    };

    /// <param name="folder">The container's folder for it.</param>
    /// <param name="manager">The address that the runtime was given in its own environment.</param>
    internal static NotifySocket Listen(string folder, string manager, Action<string> warn)
    {
        // By the descriptor, because the address of a socket is short and a root need not be.
        using FileDescriptor directory = Files.Open(folder, OpenFlags.Path | OpenFlags.Directory);
        FileDescriptor socket = UnixSockets.BindDatagram($"/proc/self/fd/{directory.Number}/{Name}");
        try
        {
            Files.ChangeMode(directory, Name, Everybody);
            return new NotifySocket(socket, manager, warn);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Reads what waits, and passes readiness on with the process that the manager has to watch from then on.</summary>
    internal void Take(int mainProcess)
    {
        Span<byte> buffer = stackalloc byte[4096];
        if (Files.TryRead(Socket!, buffer, Name) is not { } count || Ready(buffer[..count]) is not { } line)
        {
            return;
        }

        Socket!.Dispose();
        Socket = null;
        try
        {
            using FileDescriptor connection = UnixSockets.ConnectDatagram(manager);
            UnixSockets.Send(connection, [.. line, (byte)'\n']);
            UnixSockets.Send(connection, System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"MAINPID={mainProcess}\n")));
            (barrier, FileDescriptor theirs) = Files.Pipe();
            using (theirs)
            {
                UnixSockets.Send(connection, "BARRIER=1"u8, theirs);
            }
        }
        catch (SyscallException error)
        {
            warn($"notify socket \"{manager}\": {error.Message}");
        }
    }

    /// <summary>Until readiness has been passed on and the manager has taken it, or the process has ended.</summary>
    internal void Await(int process)
    {
        using FileDescriptor? running = Processes.Open(process);
        while (Socket is not null && running is not null)
        {
            bool[] ready = Poll.Readable(-1, Socket, running);
            if (ready[0])
            {
                Take(process);
            }
            else if (ready[1])
            {
                return;
            }
        }

        // A manager that closes its end without a word has read what came before.
        if (barrier is not null && !Poll.Readable(BarrierTimeout, barrier)[0])
        {
            warn($"notify socket \"{manager}\": no answer to a barrier within {BarrierTimeout / 1000} seconds: left");
        }
    }

    public void Dispose()
    {
        Socket?.Dispose();
        barrier?.Dispose();
    }

    /// <summary>The line of a message, which may have others, that tells of readiness.</summary>
    private static byte[]? Ready(ReadOnlySpan<byte> message)
    {
        foreach (Range range in message.Split((byte)'\n'))
        {
            if (message[range].StartsWith("READY="u8))
            {
                return message[range].ToArray();
            }
        }

        return null;
    }
}
