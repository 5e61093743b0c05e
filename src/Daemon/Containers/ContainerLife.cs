using System.Text.Json;
using Grpc.Core;
using Wharf.Daemon.Containerd;
using Wharf.Daemon.Devices;
using Wharf.Daemon.Http;
using Wharf.Daemon.Networks;
using Wharf.Daemon.Stdio;
using Wharf.Daemon.Volumes;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>A run of a container: started, watched until it ends, and taken up again after a restart of the daemon.</summary>
internal sealed partial class ContainerLife(ContainerTable table, TaskClient tasks, ContainerEvents events, ContainerStdio stdio, TaskEventStream heard, ContainerNetworks networks, NetworkEvents networkEvents, VolumeMounts volumeMounts, VolumeOperations volumes, BackgroundWork background, SpecDefaults defaults, HostPlaces places, CdiDevices devices, HealthWatch health)
{
    private const int KillSignal = 9;

    /// <summary>The container has another name, which others on its networks find it by.</summary>
    internal Task TellNameAsync(Container container) => networks.Resolver.SetAsync(container);

    /// <param name="checkpoint">The folder of a state to begin from; null: anew.</param>
    internal async Task StartAsync(Container container, string? checkpoint, CancellationToken cancellation)
    {
        await container.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        bool failed = true;
        try
        {
            if (container.State.Running)
            {
                failed = false;
                throw container.State.Paused
                    ? new EngineException(EngineErrorKind.Conflict, "cannot start a paused container, try unpause instead")
                    : new EngineException(EngineErrorKind.NotModified, "container already started");
            }

            container.Change(document => document with { StoppedByUser = false });
            container.BeginRun();
            await LaunchAsync(container, checkpoint, cancellation).ConfigureAwait(false);
            failed = false;
        }
        finally
        {
            container.Gate.Release();
            if (failed && container.Document.HostConfig.AutoRemove)
            {
                await RemoveAsync(container).ConfigureAwait(false);
            }
        }
    }

    private async Task LaunchAsync(Container container, string? checkpoint, CancellationToken cancellation)
    {
        bool created = false;
        try
        {
            IReadOnlyList<ContainerdApi.Types.Mount> mounts = await tasks.SnapshotMountsAsync(container.Id, cancellation).ConfigureAwait(false);
            RequestTiming.Lap("store", "mounts of the snapshot");
            ContainerNetwork network = networks.Prepare(container);
            RequestTiming.Lap("network", "address taken");
            User user = UserLookup.Resolve(container.Config.User, SnapshotLayers.Of(mounts), container.Document.HostConfig.GroupAdd);
            await volumeMounts.PrepareAsync(container.Document.Mounts.Select(mount => mount.Volume), container.Id, cancellation).ConfigureAwait(false);
            using MountSpec own = MountSpec.Of(container.Document, volumeMounts, await ImageLayersAsync(container, cancellation).ConfigureAwait(false), places);
            var shared = SharedNamespaces.Of(table, container.Document.HostConfig);
            using FileDescriptor? shm = shared.ShmProcess is { } sharing ? SharedMemory.Copy(sharing) : null;
            RuntimeSpec spec = ContainerSpec.Of(container, user, network, own.Mounts, shared, shm is null ? null : own.Place(shm), defaults);
            UserMapping? mapping = container.Document.UserMapping;
            spec = mapping?.Apply(spec) ?? spec;
            spec = devices.Inject(container.Document.HostConfig.DeviceRequests, spec);
            if (LinkVariables.Of(container.Document, table) is { Count: > 0 } links)
            {
                // The container's own come later, and win.
                spec = spec with { Process = spec.Process! with { Env = [.. links, .. spec.Process.Env ?? []] } };
            }

            byte[] document = JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeJson.Default.RuntimeSpec);
            ProcessStreams streams = stdio.Open(container, resumed: false, await ContainerStdio.ConnectAsync(container, cancellation).ConfigureAwait(false));
            RequestTiming.Lap("api", "specification made, streams opened");
            await tasks.SetSpecAsync(container.Id, document, cancellation).ConfigureAwait(false);
            RequestTiming.Lap("store", "specification kept");
            int pid = await tasks.CreateTaskAsync(container.Id, mounts, streams.InputPath, streams.OutputPath, streams.ErrorPath, container.Config.Tty, checkpoint, mapping?.Root ?? (0, 0), cancellation).ConfigureAwait(false);
            RequestTiming.Lap("shim", "shim started, container made by the runtime");
            created = true;
            if (checkpoint is not null)
            {
                // Its process comes to be as a whole, and has its network a moment later.
                pid = await tasks.StartAsync(container.Id, "", cancellation).ConfigureAwait(false);
            }

            container.ChangeState(state => state with { Status = "running", Running = true, Paused = false, Restarting = false, OOMKilled = false, Pid = pid, ExitCode = 0, Error = "", StartedAt = Timestamps.Text(DateTimeOffset.UtcNow) });
            await networks.ConnectAsync(container, pid).ConfigureAwait(false);
            networkEvents.Publish(container, "connect");
            RequestTiming.Lap("network", "link, addresses, ports");
            if (checkpoint is null)
            {
                await tasks.StartAsync(container.Id, "", cancellation).ConfigureAwait(false);
            }

            RequestTiming.Lap("runtime", "program started");
            streams.MarkStarted();
            events.Publish(container, "start");
            health.Begin(container, resumed: false);
            background.Begin($"watch container \"{container.Id}\"", stopping => WatchAsync(container, stopping));
        }
        catch (Exception error) when (error is RpcException or SyscallException or IOException or EngineException or OperationCanceledException)
        {
            await FailAsync(container, error, created).ConfigureAwait(false);
            throw StartFailure.Describe(error);
        }
    }

    private async Task FailAsync(Container container, Exception error, bool created)
    {
        if (created)
        {
            await tasks.KillAsync(container.Id, "", KillSignal, CancellationToken.None).ConfigureAwait(false);
            await DeleteTaskAsync(container).ConfigureAwait(false);
        }

        string message = StartFailure.Describe(error).Message;
        int code = StartFailure.Code(message);
        await stdio.CloseAsync(container).ConfigureAwait(false);
        ContainerStdio.GiveUp(container);
        container.ChangeState(state => state with { Status = state.StartedAt.StartsWith("0001", StringComparison.Ordinal) ? "created" : "exited", Running = false, Restarting = false, Pid = 0, ExitCode = code, Error = message });
        networks.Release(container);
        volumeMounts.Release(container);
        await volumeMounts.LeaveAsync(container.Document.Mounts.Select(mount => mount.Volume), container.Id).ConfigureAwait(false);
        container.EndRun(code);
    }

    /// <summary>The layers of the images that are mounted, by destination.</summary>
    private async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ImageLayersAsync(Container container, CancellationToken cancellation)
    {
        var layers = new Dictionary<string, IReadOnlyList<string>>();
        foreach (ContainerMount mount in container.Document.Mounts.Where(mount => mount.Type == ContainerMount.OfImage))
        {
            layers[mount.Destination] = SnapshotLayers.Of(await tasks.SnapshotMountsAsync(ImageSnapshot(container.Id, mount), cancellation).ConfigureAwait(false));
        }

        return layers;
    }

    /// <summary>Name of the snapshot that shows an image which a container mounts.</summary>
    internal static string ImageSnapshot(string container, ContainerMount mount) => $"{container}-image-{mount.Destination}";
}
