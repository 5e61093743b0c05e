using System.Globalization;
using System.Text;
using Wharf.Linux;
using Wharf.Shim.Bootstrap;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>"delete": cleans up after a shim that died, and prints how the container ended. What fails is told, and the rest is done.</summary>
internal static class DeleteCommand
{
    private const uint KilledStatus = 137;
    private const string Scheme = "unix://";

    internal static void Run(ShimOptions options)
    {
        string bundle = Bundle(options);
        Try("wait for the runtime", () => RuntimeProcesses.AwaitEnd(bundle));
        string? pid = Files.TryReadText(Path.Combine(bundle, RuntimeCommands.PidFileName));
        Try("delete the container", () => DeleteContainer(options, bundle));
        Try("unmount the root filesystem", () => RootMounts.UnmountQuietly(Path.Combine(bundle, "rootfs")));
        Try("remove the socket", () => RemoveSocket(bundle));
        byte[] response = new ProtoWriter()
            .Number(1, uint.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : 0)
            .Number(2, KilledStatus)
            .Time(3, DateTimeOffset.UtcNow)
            .ToArray();
        using var stdout = new FileDescriptor(1, ownsHandle: false);
        Files.Write(stdout, response, "stdout");
    }

    private static void DeleteContainer(ShimOptions options, string bundle)
    {
        var call = new RuntimeCall(RuntimeSettings.Recorded(bundle), options.Namespace, bundle, slot: 0, "OCI runtime delete failed", ["delete", "--force", options.Id], streams: null);
        using ChildProcess process = Spawner.Start(call.Request);
        call.Check(process.Wait());
    }

    /// <summary>The flag, else the working folder, or its neighbour when that is another container's of the pod.</summary>
    private static string Bundle(ShimOptions options)
    {
        if (options.Bundle.Length > 0)
        {
            return options.Bundle;
        }

        string here = Directory.GetCurrentDirectory();
        string neighbour = Path.Combine(Path.GetDirectoryName(here) ?? "/", options.Id);
        return Path.GetFileName(here) != options.Id && Directory.Exists(neighbour) ? neighbour : here;
    }

    /// <summary>A pod's not while its shim listens there for the other containers.</summary>
    private static void RemoveSocket(string bundle)
    {
        string? address = Files.TryReadText(Path.Combine(bundle, "address"));
        if (address is null || !address.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return;
        }

        string path = address[Scheme.Length..];
        var socket = new ShimSocket(Path.GetDirectoryName(path) ?? "/", path);
        if (BundleDocument.Read(bundle).Group is null || !socket.Answers())
        {
            socket.Remove();
        }
    }

    private static void Try(string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is ShimException or SyscallException or IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            using var stderr = new FileDescriptor(2, ownsHandle: false);
            Files.Write(stderr, Encoding.UTF8.GetBytes($"containerd-shim-wharf-v2: {what}: {error.Message}\n"), "stderr");
        }
    }
}
