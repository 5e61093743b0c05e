using System.Text;
using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>The composition root: start, delete, or the server itself.</summary>
internal static class Program
{
    private static int Main(string[] words)
    {
        try
        {
            ShimOptions options = ShimOptions.Parse(words);
            if (options.Version)
            {
                Print("containerd-shim-wharf-v2:\n  Version:  0.1.0\n  Revision: \n  Go version: none, .NET NativeAOT\n");
                return 0;
            }

            if (options.Info)
            {
                using var stdout = new FileDescriptor(1, ownsHandle: false);
                Files.Write(stdout, RuntimeInfo.Message(), "stdout");
                return 0;
            }

            switch (options.Command)
            {
                case "start":
                    Print(StartCommand.Run(options));
                    return 0;
                case "delete":
                    DeleteCommand.Run(options);
                    return 0;
                default:
                    return Serve(options);
            }
        }
        catch (Exception error) when (error is ShimException or SyscallException or IOException or UnauthorizedAccessException)
        {
            using var stderr = new FileDescriptor(2, ownsHandle: false);
            Files.Write(stderr, Encoding.UTF8.GetBytes($"containerd-shim-wharf-v2: {error.Message}\n"), "stderr");
            return 1;
        }
    }

    private static int Serve(ShimOptions options)
    {
        CurrentProcess.IgnoreSignal(13);
        CurrentProcess.BecomeSubreaper();
        string bundle = Directory.GetCurrentDirectory();
        bool ownMounts = MountNamespace.EnterUnlessShared(bundle);
        using var loop = new EventLoop();
        var log = new ShimLog(bundle);
        var publisher = new EventPublisher(loop, Environment.GetEnvironmentVariable("TTRPC_ADDRESS") ?? string.Empty, options.Namespace, log);
        var task = new ContainerTask(loop, publisher, log, options, bundle, ownMounts);
        var service = new TaskService(task, loop);
        using var listener = new FileDescriptor(StartCommand.ListenerNumber);
        _ = new TtrpcListener(loop, listener, service, log);
        using var children = new ChildReaper(loop, task);
        loop.Run();
        File.Delete(StartCommand.SocketPath(options));
        return 0;
    }

    private static void Print(string text)
    {
        using var stdout = new FileDescriptor(1, ownsHandle: false);
        Files.Write(stdout, Encoding.UTF8.GetBytes(text), "stdout");
    }
}
