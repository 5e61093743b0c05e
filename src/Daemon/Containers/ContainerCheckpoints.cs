using Grpc.Core;
using Wharf.Daemon.Networks;
using Wharf.EngineApi.Containers;
using Wharf.Linux;

namespace Wharf.Daemon.Containers;

/// <summary>
/// States of running containers, kept as criu writes them: a folder for each, with the container or where a request says. The network
/// is left out of them: a run that begins from one is connected anew, with the addresses that it gets then.
/// </summary>
internal sealed class ContainerCheckpoints(TaskClient tasks, ContainerEvents events)
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    internal async Task CreateAsync(Container container, CheckpointCreateRequest request, CancellationToken cancellation)
    {
        if (!container.State.Running)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"Container {container.Id} is not running");
        }

        if (container.Config.Tty)
        {
            throw new EngineException(EngineErrorKind.System, "checkpoint not support on containers with tty");
        }

        string folder = Path(container, request.CheckpointID, request.CheckpointDir);
        if (Directory.Exists(folder))
        {
            throw new EngineException(EngineErrorKind.Conflict, $"checkpoint with name {request.CheckpointID} already exists for container {container.Document.Name}");
        }

        Directory.CreateDirectory(folder, OwnersOnly);
        try
        {
            if (request.Exit)
            {
                // Its end is wanted: no policy starts it again.
                container.Change(document => document with { StoppedByUser = true });
            }

            await tasks.CheckpointAsync(container.Id, folder, request.Exit, HasNetwork(container), cancellation).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            FolderRemoval.Remove(folder);
            if (error is RpcException rpc)
            {
                throw new EngineException(EngineErrorKind.System, $"Cannot checkpoint container {container.Document.Name}: {rpc.Status.Detail}", error);
            }

            throw;
        }

        events.Publish(container, "checkpoint");
        if (request.Exit)
        {
            await container.Exited.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    internal static IReadOnlyList<Checkpoint> List(Container container, string? folder)
    {
        string all = Folder(container, folder);
        return Directory.Exists(all) ? [.. Directory.GetDirectories(all).Order(StringComparer.Ordinal).Select(path => new Checkpoint { Name = System.IO.Path.GetFileName(path) })] : [];
    }

    internal static void Delete(Container container, string name, string? folder)
    {
        string path = Existing(container, name, folder);
        FolderRemoval.Remove(path);
    }

    /// <summary>The folder that a run begins from.</summary>
    /// <exception cref="EngineException">There is no such checkpoint.</exception>
    internal static string Existing(Container container, string name, string? folder)
    {
        string path = Path(container, name, folder);
        return Directory.Exists(path) ? path : throw new EngineException(EngineErrorKind.NotFound, $"checkpoint {name} does not exist for container {container.Document.Name}");
    }

    private static bool HasNetwork(Container container) =>
        container.Document.HostConfig.NetworkMode != NetworkMode.Host && NetworkMode.Target(container.Document.HostConfig.NetworkMode) is null;

    private static string Folder(Container container, string? given) =>
        string.IsNullOrEmpty(given) ? System.IO.Path.Combine(container.Folder, "checkpoints")
            : System.IO.Path.IsPathRooted(given) ? given
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid checkpoint directory \"{given}\": an absolute path is wanted");

    private static string Path(Container container, string name, string? folder) =>
        name.Length > 1 && char.IsAsciiLetterOrDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-')
            ? System.IO.Path.Combine(Folder(container, folder), name)
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"Invalid checkpoint ID ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
}
