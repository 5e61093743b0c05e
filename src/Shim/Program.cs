using System.Text;
using Wharf.Linux;
using Wharf.Shim.Bootstrap;
using Wharf.Shim.Sandboxes;
using Wharf.Ttrpc;

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
                Print(Encoding.UTF8.GetBytes("containerd-shim-wharf-v2:\n  Version:  0.1.0\n  Revision: \n  Go version: none, .NET NativeAOT\n"));
                return 0;
            }

            if (options.Info)
            {
                Print(RuntimeInfo.Message());
                return 0;
            }

            if (options.Command == HolderCommand.Name)
            {
                HolderCommand.Run(words);
                return 0;
            }

            options = options.OrFromEnvironment();
            if (options.Namespace.Length == 0)
            {
                throw new ShimException("shim namespace cannot be empty");
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
                    ShimServer.Run(options);
                    return 0;
            }
        }
        catch (Exception error) when (error is ShimException or TtrpcException or SyscallException or IOException or UnauthorizedAccessException)
        {
            using var stderr = new FileDescriptor(2, ownsHandle: false);
            Files.Write(stderr, Encoding.UTF8.GetBytes($"containerd-shim-wharf-v2: {error.Message}\n"), "stderr");
            return 1;
        }
    }

    private static void Print(byte[] bytes)
    {
        using var stdout = new FileDescriptor(1, ownsHandle: false);
        Files.Write(stdout, bytes, "stdout");
    }
}
