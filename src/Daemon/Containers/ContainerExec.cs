using Wharf.Daemon.Stdio;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>A process added to a container. It lives in memory: it ends with its container, and is asked for while clients wait.</summary>
internal sealed class ContainerExec(string id, ExecCreateRequest request)
{
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal string Id => id;

    internal ExecCreateRequest Request => request;

    internal ProcessStreams? Streams { get; set; }

    internal bool Started { get; set; }

    internal int Pid { get; set; }

    internal Task<int> Exited => exited.Task;

    internal void End(int code) => exited.TrySetResult(code);
}
