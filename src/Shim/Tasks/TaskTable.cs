using Wharf.Linux;
using Wharf.Shim.Rpc;
using Wharf.Shim.Waiting;
using Wharf.Ttrpc;

namespace Wharf.Shim.Tasks;

/// <summary>The containers of this shim: one, or all of a pod.</summary>
internal sealed class TaskTable(ShimContext context)
{
    private readonly Dictionary<string, ContainerTask> tasks = [];
    private readonly HashSet<string> creating = [];

    internal bool Empty => tasks.Count == 0 && creating.Count == 0;

    internal IReadOnlyCollection<ContainerTask> All => tasks.Values;

    internal ContainerTask Find(string id) =>
        tasks.TryGetValue(id, out ContainerTask? task) ? task : throw ShimException.NotFound("container not created: not found");

    internal ContainerTask? TryFind(string id) => tasks.GetValueOrDefault(id);

    internal async LoopTask<int> CreateAsync(CreateRequest request, PendingCall call)
    {
        if (tasks.ContainsKey(request.Id) || !creating.Add(request.Id))
        {
            throw new ShimException($"container \"{request.Id}\" already exists", TtrpcStatus.AlreadyExists);
        }

        context.Children.BeginStart();
        try
        {
            var task = new ContainerTask(context, request);
            int pid = await task.CreateAsync(call);
            tasks.Add(request.Id, task);
            task.ExitedEarly(string.Empty);
            return pid;
        }
        finally
        {
            creating.Remove(request.Id);
            context.Children.EndStart();
        }
    }

    internal async LoopTask<ContainerProcess> DeleteAsync(string id, string execId, PendingCall call)
    {
        ContainerTask task = Find(id);
        ContainerProcess process = await task.DeleteAsync(execId, call);
        if (execId.Length == 0)
        {
            tasks.Remove(id);
        }

        return process;
    }

    /// <summary>A child has been reaped. False when it is no container's: an orphan of one, or one whose id is yet to be told.</summary>
    internal bool Exited(int pid, ExitStatus status) => tasks.Values.Any(task => task.Exited(pid, status));
}
