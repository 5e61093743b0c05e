using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>The namespaces of other containers that one joins.</summary>
/// <param name="Pid">Path of the namespace; null for one of its own, or the host's.</param>
/// <param name="Ipc">Likewise.</param>
/// <param name="ShmProcess">A process that sees the shared memory which goes with the IPC namespace.</param>
internal sealed record SharedNamespaces(string? Pid, string? Ipc, int? ShmProcess)
{
    private const string Other = "container:";

    /// <summary>The container that a mode names; null for other modes.</summary>
    internal static string? Target(string mode) => mode.StartsWith(Other, StringComparison.Ordinal) ? mode[Other.Length..] : null;

    /// <summary>A mode by id instead of name, so that a rename changes nothing.</summary>
    /// <exception cref="EngineException">There is no such container. Not as something that was not found: of a create, clients take that for the image, and pull.</exception>
    internal static string ById(ContainerTable table, string mode) =>
        Target(mode) is not { } name ? mode
        : table.TryFind(name) is { } found ? Other + found.Id
        : throw new EngineException(EngineErrorKind.InvalidParameter, $"join the namespaces of another container: No such container: {name}");

    /// <exception cref="EngineException">The other container is gone, does not run, or does not share.</exception>
    internal static SharedNamespaces Of(ContainerTable table, HostConfig host)
    {
        int? pid = Target(host.PidMode) is { } one ? Running(table, one, "PID").State.Pid : null;
        Container? sharing = Target(host.IpcMode) is { } other ? Running(table, other, "IPC") : null;
        if (sharing is { Document.HostConfig.IpcMode: not ("shareable" or "host") and var mode } && Target(mode) is null)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"can't join IPC of container {sharing.Id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
        }

        return new SharedNamespaces(
            pid is null ? null : $"/proc/{pid}/ns/pid",
            sharing is null ? null : $"/proc/{sharing.State.Pid}/ns/ipc",
            sharing?.State.Pid);
    }

    private static Container Running(ContainerTable table, string id, string what)
    {
        Container container = table.Find(id);
        return container.State.Running ? container : throw new EngineException(EngineErrorKind.Conflict, $"cannot join {what} of a non running container: {container.Id}");
    }
}
