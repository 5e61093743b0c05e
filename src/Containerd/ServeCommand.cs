using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Wharf.Containerd.Configuration;
using Wharf.Containerd.Events;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Observation;
using Wharf.Containerd.Rpc;
using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Containerd;

/// <summary>The daemon from its start to its end.</summary>
internal static class ServeCommand
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(ContainerdOptions options)
    {
        CurrentProcess.SetUmask(0x12);
        if (options.OomScore != 0)
        {
            Files.WriteText("/proc/self/oom_score_adj", options.OomScore.ToString(CultureInfo.InvariantCulture));
        }

        // What images hold is for nobody who is not root (CVE-2024-25621); below the state some containers' root has to pass.
        Directory.CreateDirectory(options.Root, OwnerOnly);
        File.SetUnixFileMode(options.Root, OwnerOnly);
        Directory.CreateDirectory(options.State, Passable);
        Directory.CreateDirectory(Path.GetDirectoryName(options.Address) ?? "/", Passable);
        using FileStream held = Hold(options.Root);

        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(Level(options.LogLevel)).AddFilter("Microsoft", LogLevel.Warning));
        var parts = new DaemonParts(options, loggers);
        await using (parts.ConfigureAwait(false))
        {
            ServiceTable services = ServiceBinding.Bind(parts, options);
            parts.Activations.Recover();
            parts.Blobs.RemoveUnrecorded();
            await parts.Snapshots.RemoveUnrecordedAsync(remote: false, CancellationToken.None).ConfigureAwait(false);
            var server = new TtrpcServer(options.Address + ".ttrpc", new EventEndpoint(parts.Events).Handle);
            await using (server.ConfigureAwait(false))
            {
                await parts.RecoverAsync(CancellationToken.None).ConfigureAwait(false);
                var calls = new CallCounts(timed: options.TimesCalls);
                using KestrelServer? metrics = MetricsEndpoint.Server(options.MetricsAddress, loggers);
                if (metrics is not null)
                {
                    await metrics.StartAsync(new MetricsEndpoint(calls, services, parts.Shims, parts.Garbage.Counts), CancellationToken.None).ConfigureAwait(false);
                }

                await ServeAsync(new GrpcApplication(services, new GrpcLimits(options.LargestRequest, options.LargestResponse), calls, loggers.CreateLogger<GrpcApplication>()), loggers, options, parts.Garbage).ConfigureAwait(false);
            }
        }
    }

    private static async Task ServeAsync(GrpcApplication application, ILoggerFactory loggers, ContainerdOptions options, GarbageCollector garbage)
    {
        using var stopping = new CancellationTokenSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        File.Delete(options.Address);
        using (KestrelServer server = GrpcListener.Create(options.Address, loggers))
        {
            await server.StartAsync(application, CancellationToken.None).ConfigureAwait(false);
            File.SetUnixFileMode(options.Address, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            if (options.User != 0 || options.Group != 0)
            {
                using FileDescriptor socket = Files.Open(options.Address, OpenFlags.Path);
                Files.ChangeOwner(socket, options.User, options.Group, options.Address);
            }

            await Task.WhenAll(garbage.RunAsync(stopping.Token), IdleMemory.WatchAsync(stopping.Token)).ConfigureAwait(false);

            // Calls that answer soon still do; subscriptions and waits never end by themselves.
            using var grace = new CancellationTokenSource(Grace);
            await server.StopAsync(grace.Token).ConfigureAwait(false);
        }

        File.Delete(options.Address);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }

    private static LogLevel Level(string name) => name switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Critical,
    };

    /// <summary>Two daemons on one store would each remove what the other makes.</summary>
    private static FileStream Hold(string root)
    {
        string path = Path.Combine(root, "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new ContainerdException(ErrorKind.Unavailable, $"lock \"{path}\": another daemon uses \"{root}\"", error);
        }
    }
}
