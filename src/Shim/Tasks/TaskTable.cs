using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim.Tasks;

/// <summary>The containers of this shim: one, or all of a pod.</summary>
internal sealed class TaskTable(ShimContext context)
{
    private readonly Dictionary<string, ContainerTask> tasks = [];

    internal bool Empty => tasks.Count == 0;

    internal IReadOnlyCollection<ContainerTask> All => tasks.Values;

    internal ContainerTask Find(string id) =>
        tasks.TryGetValue(id, out ContainerTask? task) ? task : throw ShimException.NotFound("container not created: not found");

    internal ContainerTask? TryFind(string id) => tasks.GetValueOrDefault(id);

    internal int Create(CreateRequest request)
    {
        if (tasks.ContainsKey(request.Id))
        {
            throw new ShimException($"container \"{request.Id}\" already exists", TtrpcStatus.AlreadyExists);
        }

        var task = new ContainerTask(context, request);
        int pid = task.Create();
        tasks.Add(request.Id, task);
        return pid;
    }

    internal ContainerProcess Delete(string id, string execId)
    {
        ContainerProcess process = Find(id).Delete(execId);
        if (execId.Length == 0)
        {
            tasks.Remove(id);
        }

        return process;
    }

    /// <summary>A child has been reaped: one of a container's processes, or an orphan of one, of which nobody asks.</summary>
    internal void Exited(int pid, ExitStatus status)
    {
        foreach (ContainerTask task in tasks.Values)
        {
            if (task.Exited(pid, status))
            {
                return;
            }
        }
    }
}
