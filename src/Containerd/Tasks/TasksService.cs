using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Tasks.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Activations;
using Wharf.Containerd.Containers;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Snapshots;
using Wharf.Linux;
using Wharf.Ttrpc;
using Container = Wharf.ContainerdApi.Containers.V1.Container;
using RuncOptions = Wharf.ContainerdApi.RuncOptions;
using ShimApi = Wharf.ContainerdApi.ShimTask;
using Status = Wharf.ContainerdApi.Types.Status;

namespace Wharf.Containerd.Tasks;

/// <summary>Tasks, each by its shim: what a call asks is passed on, and the answer comes back in this API's words.</summary>
internal sealed class TasksService(ContainerTable containers, SnapshotterTable snapshotters, ShimTable shims, ShimProgram programs, MountActivations activations, CheckpointContent checkpoints) : ContainerdApi.Tasks.V1.Tasks.TasksBase
{
    private const string RestoreFromPath = "RestoreFromPath";
    private const string OptionsType = "containerd.runc.v1.Options";
    private const string CheckpointOptionsType = "containerd.runc.v1.CheckpointOptions";

    public override async Task<CreateTaskResponse> Create(CreateTaskRequest request, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        Container container = containers.Get(scope.Namespace, request.ContainerId);

        var root = new RepeatedField<Mount>();
        try
        {
            return await CreateAsync(scope, container, request, root, context.CancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TtrpcException or OperationCanceledException or ContainerdException or IOException)
        {
            if (root.Count > 0)
            {
                await LeaveRootAsync(scope.Namespace, container.Id).ConfigureAwait(false);
            }

            throw error is TtrpcException refused ? new TtrpcException(refused.Status, $"failed to create shim task: {refused.Message}", refused) : error;
        }
    }

    public override async Task<StartResponse> Start(StartRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        ShimApi.StartResponse started = await shim.CallAsync("Start", shim.Request(request.ExecId), ShimApi.StartResponse.Parser, context.CancellationToken).ConfigureAwait(false);
        return new StartResponse { Pid = started.Pid };
    }

    public override async Task<DeleteResponse> Delete(DeleteTaskRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);

        // Not cancelled with the caller: a task that is half deleted is nobody's.
        ShimApi.DeleteResponse deleted = await shim.CallAsync("Delete", shim.Request(), ShimApi.DeleteResponse.Parser, CancellationToken.None).ConfigureAwait(false);
        Failpoint.Pass("containerd.task.deleted");
        await shims.EndAsync(shim).ConfigureAwait(false);
        await LeaveRootAsync(shim.Bundle.Namespace, request.ContainerId).ConfigureAwait(false);
        return new DeleteResponse { Id = request.ContainerId, Pid = deleted.Pid, ExitStatus = deleted.ExitStatus, ExitedAt = deleted.ExitedAt };
    }

    public override async Task<DeleteResponse> DeleteProcess(DeleteProcessRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        if (request.ExecId.Length == 0)
        {
            throw ContainerdException.Invalid("delete process: exec id is empty");
        }

        ShimApi.DeleteResponse deleted = await shim.CallAsync("Delete", shim.Request(request.ExecId), ShimApi.DeleteResponse.Parser, context.CancellationToken).ConfigureAwait(false);
        return new DeleteResponse { Id = request.ExecId, Pid = deleted.Pid, ExitStatus = deleted.ExitStatus, ExitedAt = deleted.ExitedAt };
    }

    public override async Task<GetResponse> Get(GetRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        return new GetResponse { Process = await StateAsync(shim, request.ExecId, context.CancellationToken).ConfigureAwait(false) };
    }

    public override async Task<ListTasksResponse> List(ListTasksRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        Process?[] states = await Task.WhenAll(shims.All(scope).Select(async shim =>
        {
            try
            {
                return await StateAsync(shim, string.Empty, context.CancellationToken).ConfigureAwait(false);
            }
            catch (TtrpcException)
            {
                // Deleted meanwhile.
                return null;
            }
        })).ConfigureAwait(false);
        var response = new ListTasksResponse();
        response.Tasks.AddRange(states.OfType<Process>());
        return response;
    }

    public override async Task<Empty> Kill(KillRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        await shim.CallAsync("Kill", new ShimApi.KillRequest { Id = request.ContainerId, ExecId = request.ExecId, Signal = request.Signal, All = request.All }, context.CancellationToken).ConfigureAwait(false);
        return new Empty();
    }

    public override async Task<Empty> Exec(ExecProcessRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        if (request.ExecId.Length == 0)
        {
            throw ContainerdException.Invalid("exec id cannot be empty");
        }

        await shim.CallAsync(
            "Exec",
            new ShimApi.ExecProcessRequest
            {
                Id = request.ContainerId,
                ExecId = request.ExecId,
                Terminal = request.Terminal,
                Stdin = request.Stdin,
                Stdout = request.Stdout,
                Stderr = request.Stderr,
                Spec = request.Spec,
            },
            context.CancellationToken).ConfigureAwait(false);
        return new Empty();
    }

    public override async Task<Empty> ResizePty(ResizePtyRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        await shim.CallAsync("ResizePty", new ShimApi.ResizePtyRequest { Id = request.ContainerId, ExecId = request.ExecId, Width = request.Width, Height = request.Height }, context.CancellationToken).ConfigureAwait(false);
        return new Empty();
    }

    public override async Task<Empty> CloseIO(CloseIORequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        await shim.CallAsync("CloseIO", new ShimApi.CloseIORequest { Id = request.ContainerId, ExecId = request.ExecId, Stdin = request.Stdin }, context.CancellationToken).ConfigureAwait(false);
        return new Empty();
    }

    public override async Task<Empty> Pause(PauseTaskRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        await shim.CallAsync("Pause", shim.Request(), context.CancellationToken).ConfigureAwait(false);
        return new Empty();
    }

    public override async Task<Empty> Resume(ResumeTaskRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        await shim.CallAsync("Resume", shim.Request(), context.CancellationToken).ConfigureAwait(false);
        return new Empty();
    }

    public override async Task<ListPidsResponse> ListPids(ListPidsRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        ShimApi.PidsResponse pids = await shim.CallAsync("Pids", shim.Request(), ShimApi.PidsResponse.Parser, context.CancellationToken).ConfigureAwait(false);
        var response = new ListPidsResponse();
        response.Processes.AddRange(pids.Processes);
        return response;
    }

    public override async Task<CheckpointTaskResponse> Checkpoint(CheckpointTaskRequest request, ServerCallContext context)
    {
        var scope = CallScope.Of(context);
        Shim shim = Shim(request.ContainerId, context);
        Container container = containers.Get(scope.Namespace, request.ContainerId);
        string given = request.Options is { } options && IsOf(options, CheckpointOptionsType) ? RuncOptions.CheckpointOptions.Parser.ParseFrom(options.Value).ImagePath : string.Empty;
        string folder = given.Length > 0 ? given : Path.Combine(shim.Bundle.WorkPath, $"checkpoint-{Guid.NewGuid():N}");
        if (given.Length == 0)
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var response = new CheckpointTaskResponse();
        try
        {
            await shim.CallAsync("Checkpoint", new ShimApi.CheckpointTaskRequest { Id = request.ContainerId, Path = folder, Options = request.Options }, context.CancellationToken).ConfigureAwait(false);

            // Who names a folder wants the files there, and no content.
            response.Descriptors.AddRange(given.Length > 0 ? [] : checkpoints.Store(scope, folder, container.Spec));
        }
        finally
        {
            if (given.Length == 0 && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return response;
    }

    public override async Task<Empty> Update(UpdateTaskRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        var update = new ShimApi.UpdateTaskRequest { Id = request.ContainerId, Resources = request.Resources };
        update.Annotations.Add(request.Annotations);
        await shim.CallAsync("Update", update, context.CancellationToken).ConfigureAwait(false);
        return new Empty();
    }

    public override async Task<MetricsResponse> Metrics(MetricsRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        var filters = FilterSet.Parse(request.Filters);
        var response = new MetricsResponse();
        foreach (Shim shim in shims.All(scope).Where(shim => filters.Matches(path => path[0] switch
        {
            "id" => shim.Bundle.Id,
            "namespace" => shim.Bundle.Namespace,
            _ => null,
        })))
        {
            try
            {
                ShimApi.StatsResponse stats = await shim.CallAsync("Stats", shim.Request(), ShimApi.StatsResponse.Parser, context.CancellationToken).ConfigureAwait(false);
                response.Metrics.Add(new Metric { Id = shim.Bundle.Id, Timestamp = Metadata.LabelRules.Now(), Data = stats.Stats });
            }
            catch (TtrpcException error) when (error.Status is TtrpcStatus.NotFound or TtrpcStatus.Unavailable)
            {
                // Ended meanwhile: it has no figures any more.
            }
        }

        return response;
    }

    public override async Task<WaitResponse> Wait(WaitRequest request, ServerCallContext context)
    {
        Shim shim = Shim(request.ContainerId, context);
        try
        {
            ShimApi.WaitResponse end = await shim.CallAsync("Wait", shim.Request(request.ExecId), ShimApi.WaitResponse.Parser, context.CancellationToken).ConfigureAwait(false);
            return new WaitResponse { ExitStatus = end.ExitStatus, ExitedAt = end.ExitedAt };
        }
        catch (TtrpcException error) when (error.Status == TtrpcStatus.Unavailable && !shim.Ending)
        {
            // The shim died, and its container with it.
            ShimApi.DeleteResponse lost = await shim.Lost.WaitAsync(context.CancellationToken).ConfigureAwait(false);
            return new WaitResponse { ExitStatus = lost.ExitStatus, ExitedAt = lost.ExitedAt };
        }
    }

    /// <param name="root">Gets the root filesystem's mounts as soon as they are this task's to unmount.</param>
    private async Task<CreateTaskResponse> CreateAsync(CallScope scope, Container container, CreateTaskRequest request, RepeatedField<Mount> root, CancellationToken cancellation)
    {
        Any? options = request.Options ?? container.Runtime.Options;
        byte[] spec = container.Spec?.Value.ToByteArray() ?? [];

        // Before the shim starts: where mounts are not shared, its namespace has those that are there by then.
        async Task Prepare() => root.AddRange(await RootAsync(scope, container, request.Rootfs, cancellation).ConfigureAwait(false));
        Shim shim = container.Sandbox.Length > 0 && shims.FindSandbox(scope.Namespace, container.Sandbox) is { } sandbox
            ? await shims.JoinAsync(sandbox, container.Id, spec, Prepare, cancellation).ConfigureAwait(false)
            : await shims.StartAsync(scope.Namespace, container.Id, programs.Find(request.RuntimePath.Length > 0 ? request.RuntimePath : container.Runtime.Name), spec, options?.ToByteArray() ?? [], Prepare, cancellation).ConfigureAwait(false);
        var create = new ShimApi.CreateTaskRequest
        {
            Id = container.Id,
            Bundle = shim.Bundle.Path,
            Rootfs = { root },
            Terminal = request.Terminal,
            Stdin = request.Stdin,
            Stdout = request.Stdout,
            Stderr = request.Stderr,
            Options = options,
        };
        Failpoint.Pass("containerd.task.shim");
        try
        {
            create.Checkpoint = Restored(scope, request, options, shim.Bundle, cancellation);
            ShimApi.CreateTaskResponse created = await shim.CallAsync("Create", create, ShimApi.CreateTaskResponse.Parser, cancellation).ConfigureAwait(false);
            Failpoint.Pass("containerd.task.created");
            shim.Created = true;
            return new CreateTaskResponse { ContainerId = container.Id, Pid = created.Pid };
        }
        catch (Exception error) when (error is TtrpcException or OperationCanceledException or ContainerdException or IOException)
        {
            await shims.AbandonAsync(shim).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The root filesystem's mounts as a shim takes them. Those that stay are the container's, and go with it at the latest.</summary>
    private async Task<IReadOnlyList<Mount>> RootAsync(CallScope scope, Container container, IReadOnlyList<Mount> mounts, CancellationToken cancellation)
    {
        string id = container.Id;
        if (snapshotters.All.FirstOrDefault(one => one.Name == container.Snapshotter)?.MappingOf(scope.Namespace, container.SnapshotKey) is { } mapping)
        {
            mounts = mapping.Show(mounts);
        }

        if (!MountActivations.IsNeeded(mounts))
        {
            return mounts;
        }

        // Of a task that had no end that we saw.
        await LeaveRootAsync(scope.Namespace, id).ConfigureAwait(false);
        return (await activations.ActivateAsync(scope with { Lease = null }, id, mounts, new Dictionary<string, string> { [ActivationReferences.Container] = id }, temporary: false, cancellation).ConfigureAwait(false)).System;
    }

    private async Task LeaveRootAsync(string scope, string id)
    {
        try
        {
            await activations.DeactivateAsync(scope, id).ConfigureAwait(false);
        }
        catch (ContainerdException error) when (error.Kind == ErrorKind.NotFound)
        {
            // Most tasks have mounts that nobody needs to make for them.
        }
    }

    private static async Task<Process> StateAsync(Shim shim, string execId, CancellationToken cancellation)
    {
        ShimApi.StateResponse state = await shim.CallAsync("State", shim.Request(execId), ShimApi.StateResponse.Parser, cancellation).ConfigureAwait(false);
        return new Process
        {
            ContainerId = shim.Bundle.Id,
            Id = execId.Length > 0 ? execId : shim.Bundle.Id,
            Pid = state.Pid,
            Status = state.Status,
            Stdin = state.Stdin,
            Stdout = state.Stdout,
            Stderr = state.Stderr,
            Terminal = state.Terminal,
            ExitStatus = state.ExitStatus,
            ExitedAt = state.ExitedAt ?? (state.Status == Status.Stopped ? new Timestamp() : null),
        };
    }

    private static bool IsOf(Any any, string type) => any.TypeUrl[(any.TypeUrl.LastIndexOf('/') + 1)..] == type;

    /// <summary>Where the files of the checkpoint are that a task begins from; empty when it begins anew.</summary>
    private string Restored(CallScope scope, CreateTaskRequest request, Any? options, Bundle bundle, CancellationToken cancellation)
    {
        if (options is not null && IsOf(options, OptionsType) && RuncOptions.Options.Parser.ParseFrom(options.Value).CriuImagePath is { Length: > 0 } given)
        {
            return given;
        }

        if (request.Checkpoint is null)
        {
            return string.Empty;
        }

        if (request.Checkpoint.Annotations.TryGetValue(RestoreFromPath, out string? path))
        {
            return path;
        }

        string folder = Path.Combine(bundle.WorkPath, "restore");
        checkpoints.Unpack(scope, request.Checkpoint, folder, cancellation);
        return folder;
    }

    private Shim Shim(string id, ServerCallContext context) => shims.Get(CallScope.Of(context).Namespace, id);
}
