using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>"delete": cleans up after a shim that died, and prints how the container ended.</summary>
internal static class DeleteCommand
{
    private const uint KilledStatus = 137;

    internal static void Run(ShimOptions options)
    {
        string bundle = options.Bundle.Length > 0 ? options.Bundle : Directory.GetCurrentDirectory();
        RuntimeSettings settings = RuntimeSettings.Recorded(bundle);
        var runtime = new RuntimeCommands(settings, options.Namespace, options.Id, bundle);
        runtime.DeleteForced();
        RootMounts.UnmountQuietly(Path.Combine(bundle, "rootfs"));
        File.Delete(StartCommand.SocketPath(options));
        byte[] response = new ProtoWriter().Number(2, KilledStatus).Time(3, DateTimeOffset.UtcNow).ToArray();
        using var stdout = new FileDescriptor(1, ownsHandle: false);
        Files.Write(stdout, response, "stdout");
    }
}
