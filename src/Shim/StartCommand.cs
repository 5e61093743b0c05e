using System.Security.Cryptography;
using System.Text;
using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>"start": opens the socket, leaves a server behind that inherits it, and prints the address.</summary>
internal static class StartCommand
{
    internal const int ListenerNumber = 3;
    private const string SocketFolder = "/run/containerd/s";

    internal static string Run(ShimOptions options)
    {
        string path = SocketPath(options);
        Directory.CreateDirectory(SocketFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        using FileDescriptor listener = Listen(path);
        string self = Environment.ProcessPath ?? throw new ShimException("own program: unknown path");
        List<string> arguments = [self, "-namespace", options.Namespace, "-id", options.Id, "-address", options.Address];
        if (options.Debug)
        {
            arguments.Add("-debug");
        }

        using ChildProcess server = Spawner.Start(new SpawnRequest
        {
            Path = self,
            Arguments = arguments,
            WorkingDirectory = Directory.GetCurrentDirectory(),
            Descriptors = [(listener, ListenerNumber)],
            NewSession = true,

            // The finalizer thread would take the signal, and ignore it, if it were not blocked there too.
            BlockedSignals = [ChildReaper.ChildSignal],
        });
        LowerOomScore(server.Pid);
        string address = "unix://" + path;

        // containerd reads it after a restart, to find this shim again.
        File.WriteAllText(".address", address);
        Files.Rename(".address", "address");
        return address;
    }

    /// <summary>The same for the same containerd, namespace and id, and short enough for a socket.</summary>
    internal static string SocketPath(ShimOptions options)
    {
        byte[] name = Encoding.UTF8.GetBytes(string.Join('/', options.Address, options.Namespace, options.Id));
        return $"{SocketFolder}/{Convert.ToHexStringLower(SHA256.HashData(name))}";
    }

    private static FileDescriptor Listen(string path)
    {
        uint mask = CurrentProcess.SetUmask(0x7f);
        try
        {
            return UnixSockets.Listen(path);
        }
        catch (SyscallException error) when (error.Errno == Errno.EADDRINUSE)
        {
            RefuseIfAnswered(path);
            File.Delete(path);
            return UnixSockets.Listen(path);
        }
        finally
        {
            CurrentProcess.SetUmask(mask);
        }
    }

    private static void RefuseIfAnswered(string path)
    {
        try
        {
            UnixSockets.Connect(path).Dispose();
        }
        catch (SyscallException error) when (error.Errno is Errno.ECONNREFUSED or Errno.ENOENT)
        {
            return;
        }

        throw new ShimException($"a shim already listens on \"{path}\"");
    }

    private static void LowerOomScore(int id)
    {
        try
        {
            Files.WriteText($"/proc/{id}/oom_score_adj", "-998");
        }
        catch (SyscallException error) when (error.Errno is Errno.EACCES or Errno.EPERM)
        {
            // Without CAP_SYS_RESOURCE the shim is as likely a victim as any other.
        }
    }
}
