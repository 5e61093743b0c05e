using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Containers.V1;
using Wharf.ContainerdApi.RuncOptions;
using Wharf.ContainerdApi.Snapshots.V1;
using Wharf.ContainerdApi.Tasks.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Daemon.Containerd;

namespace Wharf.Daemon.Containers;

/// <summary>containerd's side of a container: record, snapshot, task.</summary>
internal sealed class TaskClient(ContainerdConnection connection, string snapshotter)
{
    private const string SpecType = "types.containerd.io/opencontainers/runtime-spec/1/Spec";
    private const string ResourcesType = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources";
    private const string OptionsType = "containerd.runc.v1.Options";
    private const string CheckpointOptionsType = "containerd.runc.v1.CheckpointOptions";
    private const string ProcessType = "types.containerd.io/opencontainers/runtime-spec/1/Process";
    private readonly ContainerdApi.Containers.V1.Containers.ContainersClient containers = new(connection.Calls);
    private readonly Snapshots.SnapshotsClient snapshots = new(connection.Calls);
    private readonly Tasks.TasksClient tasks = new(connection.Calls);

    internal async Task<IReadOnlyList<Mount>> PrepareSnapshotAsync(string id, string parent, IReadOnlyDictionary<string, string>? labels, CancellationToken cancellation)
    {
        var request = new PrepareSnapshotRequest { Snapshotter = snapshotter, Key = id, Parent = parent };
        request.Labels.Add(labels?.ToDictionary() ?? []);
        PrepareSnapshotResponse prepared = await snapshots.PrepareAsync(request, cancellationToken: cancellation).ConfigureAwait(false);
        return prepared.Mounts;
    }

    /// <summary>A snapshot that only shows another.</summary>
    internal async Task<IReadOnlyList<Mount>> ViewSnapshotAsync(string id, string parent, CancellationToken cancellation) =>
        (await snapshots.ViewAsync(new ViewSnapshotRequest { Snapshotter = snapshotter, Key = id, Parent = parent, Labels = { ["containerd.io/gc.root"] = "wharfd" } }, cancellationToken: cancellation).ConfigureAwait(false)).Mounts;

    internal async Task<IReadOnlyList<Mount>> SnapshotMountsAsync(string id, CancellationToken cancellation) =>
        (await snapshots.MountsAsync(new MountsRequest { Snapshotter = snapshotter, Key = id }, cancellationToken: cancellation).ConfigureAwait(false)).Mounts;

    /// <summary>Bytes of a snapshot of its own, without what it lies upon; 0 when there is none.</summary>
    internal async Task<long> SnapshotSizeAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return (await snapshots.UsageAsync(new UsageRequest { Snapshotter = snapshotter, Key = id }, cancellationToken: cancellation).ConfigureAwait(false)).Size;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return 0;
        }
    }

    internal Task RemoveSnapshotAsync(string id, CancellationToken cancellation) =>
        IgnoreMissing(snapshots.RemoveAsync(new RemoveSnapshotRequest { Snapshotter = snapshotter, Key = id }, cancellationToken: cancellation).ResponseAsync);

    /// <summary>The record, which also keeps the snapshot from garbage collection.</summary>
    internal async Task CreateRecordAsync(string id, string image, ContainerRuntime runtime, CancellationToken cancellation)
    {
        var record = new ContainerdApi.Containers.V1.Container
        {
            Id = id,
            Image = image,
            Snapshotter = snapshotter,
            SnapshotKey = id,
            Runtime = new ContainerdApi.Containers.V1.Container.Types.Runtime { Name = runtime.Shim, Options = runtime.Options },
            Spec = new Any { TypeUrl = SpecType, Value = ByteString.CopyFromUtf8("{}") },
        };
        await containers.CreateAsync(new CreateContainerRequest { Container = record }, cancellationToken: cancellation).ConfigureAwait(false);
    }

    internal async Task SetSpecAsync(string id, byte[] spec, CancellationToken cancellation)
    {
        var record = new ContainerdApi.Containers.V1.Container { Id = id, Spec = new Any { TypeUrl = SpecType, Value = ByteString.CopyFrom(spec) } };
        await containers.UpdateAsync(new UpdateContainerRequest { Container = record, UpdateMask = new FieldMask { Paths = { "spec" } } }, cancellationToken: cancellation).ConfigureAwait(false);
    }

    internal Task DeleteRecordAsync(string id, CancellationToken cancellation) =>
        IgnoreMissing(containers.DeleteAsync(new DeleteContainerRequest { Id = id }, cancellationToken: cancellation).ResponseAsync);

    /// <param name="checkpoint">The folder of the state that it begins from; null: it begins anew.</param>
    /// <param name="root">Whom its streams belong to.</param>
    /// <returns>Its process; 0 for one that begins from a checkpoint, which has none before its start.</returns>
    internal async Task<int> CreateTaskAsync(string id, IReadOnlyList<Mount> rootfs, string input, string output, string error, bool terminal, string? checkpoint, (uint User, uint Group) root, CancellationToken cancellation)
    {
        var request = new CreateTaskRequest { ContainerId = id, Stdin = input, Stdout = output, Stderr = error, Terminal = terminal };
        request.Rootfs.AddRange(rootfs);
        if (checkpoint is not null || root.User != 0)
        {
            request.Options = new Any { TypeUrl = OptionsType, Value = new Options { CriuImagePath = checkpoint ?? "", IoUid = root.User, IoGid = root.Group }.ToByteString() };
        }

        return (int)(await tasks.CreateAsync(request, cancellationToken: cancellation).ConfigureAwait(false)).Pid;
    }

    /// <summary>The process.</summary>
    internal async Task<int> StartAsync(string id, string execId, CancellationToken cancellation) =>
        (int)(await tasks.StartAsync(new StartRequest { ContainerId = id, ExecId = execId }, cancellationToken: cancellation).ConfigureAwait(false)).Pid;

    /// <summary>Writes a running task's state into a folder.</summary>
    internal async Task CheckpointAsync(string id, string folder, bool exit, bool withoutNetwork, CancellationToken cancellation)
    {
        var options = new CheckpointOptions { Exit = exit, ImagePath = folder, FileLocks = true };
        if (withoutNetwork)
        {
            options.EmptyNamespaces.Add("network");
        }

        await tasks.CheckpointAsync(
            new CheckpointTaskRequest { ContainerId = id, Options = new Any { TypeUrl = CheckpointOptionsType, Value = options.ToByteString() } },
            cancellationToken: cancellation).ConfigureAwait(false);
    }

    /// <summary>The exit code, when the process has ended.</summary>
    internal async Task<ProcessExit> WaitAsync(string id, string execId, CancellationToken cancellation)
    {
        WaitResponse exit = await tasks.WaitAsync(new WaitRequest { ContainerId = id, ExecId = execId }, cancellationToken: cancellation).ConfigureAwait(false);
        return new ProcessExit((int)exit.ExitStatus, exit.ExitedAt?.ToDateTimeOffset() ?? DateTimeOffset.UtcNow);
    }

    /// <summary>Null when there is no task.</summary>
    internal async Task<Process?> FindAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return (await tasks.GetAsync(new GetRequest { ContainerId = id }, cancellationToken: cancellation).ConfigureAwait(false)).Process;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    internal async Task DeleteTaskAsync(string id, CancellationToken cancellation) =>
        await IgnoreMissing(tasks.DeleteAsync(new DeleteTaskRequest { ContainerId = id }, cancellationToken: cancellation).ResponseAsync).ConfigureAwait(false);

    internal Task DeleteExecAsync(string id, string execId, CancellationToken cancellation) =>
        IgnoreMissing(tasks.DeleteProcessAsync(new DeleteProcessRequest { ContainerId = id, ExecId = execId }, cancellationToken: cancellation).ResponseAsync);

    /// <summary>False when the process has ended already.</summary>
    internal async Task<bool> KillAsync(string id, string execId, int signal, CancellationToken cancellation)
    {
        try
        {
            await tasks.KillAsync(new KillRequest { ContainerId = id, ExecId = execId, Signal = (uint)signal }, cancellationToken: cancellation).ConfigureAwait(false);
            return true;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }

    internal async Task ExecAsync(string id, string execId, byte[] process, string input, string output, string error, bool terminal, CancellationToken cancellation) =>
        await tasks.ExecAsync(
            new ExecProcessRequest
            {
                ContainerId = id,
                ExecId = execId,
                Stdin = input,
                Stdout = output,
                Stderr = error,
                Terminal = terminal,
                Spec = new Any { TypeUrl = ProcessType, Value = ByteString.CopyFrom(process) },
            },
            cancellationToken: cancellation).ConfigureAwait(false);

    internal async Task ResizeAsync(string id, string execId, uint width, uint height, CancellationToken cancellation) =>
        await tasks.ResizePtyAsync(new ResizePtyRequest { ContainerId = id, ExecId = execId, Width = width, Height = height }, cancellationToken: cancellation).ConfigureAwait(false);

    /// <exception cref="OperationCanceledException">As every other call that waits for a client says it; gRPC has a code of its own for it.</exception>
    internal async Task CloseInputAsync(string id, string execId, CancellationToken cancellation)
    {
        try
        {
            await IgnoreMissing(tasks.CloseIOAsync(new CloseIORequest { ContainerId = id, ExecId = execId, Stdin = true }, cancellationToken: cancellation).ResponseAsync).ConfigureAwait(false);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("close the input: cancelled", error, cancellation);
        }
    }

    internal async Task UpdateAsync(string id, byte[] resources, CancellationToken cancellation) =>
        await tasks.UpdateAsync(
            new UpdateTaskRequest { ContainerId = id, Resources = new Any { TypeUrl = ResourcesType, Value = ByteString.CopyFrom(resources) } },
            cancellationToken: cancellation).ConfigureAwait(false);

    internal async Task PauseAsync(string id, CancellationToken cancellation) => await tasks.PauseAsync(new PauseTaskRequest { ContainerId = id }, cancellationToken: cancellation).ConfigureAwait(false);

    internal async Task ResumeAsync(string id, CancellationToken cancellation) => await tasks.ResumeAsync(new ResumeTaskRequest { ContainerId = id }, cancellationToken: cancellation).ConfigureAwait(false);

    internal async Task<IReadOnlyList<int>> PidsAsync(string id, CancellationToken cancellation) =>
        [.. (await tasks.ListPidsAsync(new ListPidsRequest { ContainerId = id }, cancellationToken: cancellation).ConfigureAwait(false)).Processes.Select(one => (int)one.Pid)];

    /// <summary>The figures of its cgroup; null when there is no task.</summary>
    internal async Task<Any?> MetricsAsync(string id, CancellationToken cancellation)
    {
        MetricsResponse answer = await tasks.MetricsAsync(new MetricsRequest { Filters = { "id==" + id } }, cancellationToken: cancellation).ConfigureAwait(false);
        return answer.Metrics.FirstOrDefault(metric => metric.Id == id)?.Data;
    }

    private static async Task IgnoreMissing<T>(Task<T> call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            // What should be gone is gone.
        }
    }
}
