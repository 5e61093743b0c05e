using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.TaskEvents;

namespace Wharf.Containerd.Events;

/// <summary>Fields of events that filters may name: the container's id of task events.</summary>
internal static class EventFields
{
    public static string? Find(Any any, IReadOnlyList<string> path)
    {
        if (path.Count < 2 || path[1] != "container_id" || !any.TypeUrl.Contains(".Task", StringComparison.Ordinal))
        {
            return null;
        }

        // The container's id is the first field of every one of them.
        return TaskOOM.Parser.ParseFrom(any.Value).ContainerId;
    }
}
