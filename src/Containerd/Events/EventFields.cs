using Google.Protobuf.WellKnownTypes;
using Wharf.Ttrpc;

namespace Wharf.Containerd.Events;

/// <summary>Fields of events that filters may name, as containerd has them: texts, and labels by their keys.</summary>
internal static class EventFields
{
    private const string Package = "containerd.events.";
    private const string Labels = "labels";
    private static readonly Dictionary<string, int> ContainerFields = new() { ["id"] = 1, ["image"] = 2 };
    private static readonly Dictionary<string, int> Named = new() { ["name"] = 1, [Labels] = 2 };
    private static readonly Dictionary<string, int> Task = new() { ["container_id"] = 1 };
    private static readonly Dictionary<string, int> Exec = new() { ["container_id"] = 1, ["exec_id"] = 2 };
    private static readonly Dictionary<string, int> Sandbox = new() { ["sandbox_id"] = 1 };

    private static readonly Dictionary<string, Dictionary<string, int>> Known = new()
    {
        ["ContainerCreate"] = ContainerFields,
        ["ContainerUpdate"] = new() { ["id"] = 1, ["image"] = 2, [Labels] = 3, ["snapshot_key"] = 4 },
        ["ContainerDelete"] = ContainerFields,
        ["ContentCreate"] = new() { ["digest"] = 1, ["mediaType"] = 3 },
        ["ContentDelete"] = new() { ["digest"] = 1 },
        ["ImageCreate"] = Named,
        ["ImageUpdate"] = Named,
        ["ImageDelete"] = Named,
        ["NamespaceCreate"] = Named,
        ["NamespaceUpdate"] = Named,
        ["NamespaceDelete"] = Named,
        ["SandboxCreate"] = Sandbox,
        ["SandboxStart"] = Sandbox,
        ["SandboxExit"] = Sandbox,
        ["SnapshotPrepare"] = new() { ["key"] = 1, ["parent"] = 2, ["snapshotter"] = 5 },
        ["SnapshotCommit"] = new() { ["key"] = 1, ["name"] = 2, ["snapshotter"] = 5 },
        ["SnapshotRemove"] = new() { ["key"] = 1, ["snapshotter"] = 5 },
        ["TaskCreate"] = new() { ["container_id"] = 1, ["bundle"] = 2, ["checkpoint"] = 5 },
        ["TaskStart"] = Task,
        ["TaskDelete"] = new() { ["container_id"] = 1, ["id"] = 5 },
        ["TaskExit"] = new() { ["container_id"] = 1, ["id"] = 2 },
        ["TaskOOM"] = Task,
        ["TaskExecAdded"] = Exec,
        ["TaskExecStarted"] = Exec,
        ["TaskPaused"] = Task,
        ["TaskResumed"] = Task,
        ["TaskCheckpointed"] = new() { ["container_id"] = 1, ["checkpoint"] = 2 },
    };

    /// <summary>The field that a path names, whose first part is "event"; null when the event has none of that name.</summary>
    public static string? Find(Any any, IReadOnlyList<string> path)
    {
        string type = any.TypeUrl[(any.TypeUrl.LastIndexOf('/') + 1)..];
        if (path.Count < 2 || !type.StartsWith(Package, StringComparison.Ordinal) || !Known.TryGetValue(type[Package.Length..], out Dictionary<string, int>? fields) || !fields.TryGetValue(path[1], out int field))
        {
            return null;
        }

        return path[1] == Labels ? Label(any.Value.Span, field, string.Join('.', path.Skip(2))) : path.Count == 2 ? Text(any.Value.Span, field) : null;
    }

    /// <summary>An empty text is a field that is not there.</summary>
    private static string? Text(ReadOnlySpan<byte> message, int field)
    {
        string? text = null;
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            text = reader.Field == field ? reader.Text : text;
        }

        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static string? Label(ReadOnlySpan<byte> message, int field, string key)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == field && Text(reader.Bytes, 1) == key)
            {
                return Text(reader.Bytes, 2) ?? string.Empty;
            }
        }

        return null;
    }
}
