using Wharf.Daemon.Stdio;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>A process added to a container. It ends with its container's run, and is asked for for a while after its own end.</summary>
internal sealed class ContainerExec(string id, ExecCreateRequest request)
{
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal string Id => id;

    internal ExecCreateRequest Request => request;

    internal ProcessStreams? Streams { get; set; }

    internal bool Started { get; set; }

    internal int Pid { get; set; }

    internal Task<int> Exited => exited.Task;

    /// <summary>It runs, or will not any more: from now on what is asked of its process can be answered.</summary>
    internal Task Ready => ready.Task;

    internal DateTimeOffset? EndedAt { get; private set; }

    internal void End(int code)
    {
        EndedAt ??= DateTimeOffset.UtcNow;
        exited.TrySetResult(code);
        ready.TrySetResult();
    }

    internal void Run() => ready.TrySetResult();
}
