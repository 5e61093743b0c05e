using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Http;
using Wharf.Daemon.Images;
using Wharf.EngineApi.Containers;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Archives;

/// <summary>The API's operations on a container's files.</summary>
internal sealed class ArchiveRoutes(ContainerTable table, OpenContainer open, TaskClient tasks, ContainerEvents events)
{
    private const string StatHeader = "X-Docker-Container-Path-Stat";

    internal IEnumerable<ApiRoute> All() =>
    [
        new("HEAD", "/containers/{id}/archive", DescribeAsync),
        new("GET", "/containers/{id}/archive", ReadAsync),
        new("PUT", "/containers/{id}/archive", WriteAsync),
        new("GET", "/containers/{id}/export", ExportAsync),
        new("GET", "/containers/{id}/changes", ChangesAsync),
    ];

    private static string PathOf(HttpContext context) =>
        Answers.Value(context, "path") ?? throw new EngineException(EngineErrorKind.InvalidParameter, "bad parameter: pathcannot be empty");

    private async Task DescribeAsync(HttpContext context, string id) => await WithRootAsync(context, id, (_, root, path) =>
    {
        using var found = ContainerPath.Find(root.Root, path, id);
        context.Response.Headers[StatHeader] = found.Header();
        return Task.CompletedTask;
    }).ConfigureAwait(false);

    private async Task ReadAsync(HttpContext context, string id) => await WithRootAsync(context, id, async (container, root, path) =>
    {
        using var found = ContainerPath.Find(root.Root, path, id);
        context.Response.Headers[StatHeader] = found.Header();
        context.Response.ContentType = "application/x-tar";
        var archive = new TreeArchive(context.Response.Body);
        string name = found.Status.Kind == FileKind.Directory && found.Shown == "." ? "./" : found.Shown;
        await archive.WriteAsync(found.Folder, found.Entry, name, context.RequestAborted).ConfigureAwait(false);
        await archive.EndAsync(context.RequestAborted).ConfigureAwait(false);
        events.Publish(container, "archive-path");
    }).ConfigureAwait(false);

    private async Task WriteAsync(HttpContext context, string id) => await WithRootAsync(context, id, async (container, root, path) =>
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        string folder = BindSpecification.Clean(path);
        try
        {
            using FileDescriptor target = Files.OpenInRoot(root.Root, folder, OpenFlags.Path);
            if (Files.Status(target, folder).Kind != FileKind.Directory)
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, "extraction point is not a directory");
            }

            RefuseReadOnly(container, target, folder);
        }
        catch (SyscallException error) when (error.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            throw ContainerPath.NotFound(path, id);
        }

        // A client that asks for owners to be taken over means the user that the container runs as.
        User? owner = Answers.Flag(context, "copyUIDGID") && container.Config.User.Length > 0
            ? UserLookup.Resolve(container.Config.User, SnapshotLayers.Of(await tasks.SnapshotMountsAsync(container.Id, context.RequestAborted).ConfigureAwait(false)))
            : null;
        byte[] magic = new byte[Compression.MagicLength];
        int length = await context.Request.Body.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        try
        {
            await using Stream content = Compression.Open(magic.AsSpan(0, length), new PrefixedStream(magic.AsMemory(0, length), context.Request.Body));
            await new ExtractArchive(root.Root, folder, Answers.Flag(context, "noOverwriteDirNonDir"), owner).RunAsync(content, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or Oci.Images.ImageFormatException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"unpack into \"{folder}\": {error.Message.TrimEnd('.')}", error);
        }

        events.Publish(container, "extract-to-dir");
    }).ConfigureAwait(false);

    /// <summary>Its mounts say of themselves whether they can be written.</summary>
    private static void RefuseReadOnly(Container container, FileDescriptor target, string folder)
    {
        ContainerMount? mount = container.Document.Mounts
            .Where(one => folder == one.Destination || folder.StartsWith(one.Destination + "/", StringComparison.Ordinal))
            .MaxBy(one => one.Destination.Length);
        if (mount is { ReadOnly: true })
        {
            throw new EngineException(EngineErrorKind.Forbidden, "mounted volume is marked read-only");
        }

        if (mount is null && container.Document.HostConfig.ReadonlyRootfs && (!container.State.Running || Files.MountFlagsOf(target, folder).HasFlag(MountFlags.ReadOnly)))
        {
            throw new EngineException(EngineErrorKind.Forbidden, "container rootfs is marked read-only");
        }
    }

    private async Task ExportAsync(HttpContext context, string id)
    {
        Container container = table.Find(id);
        using ContainerRoot root = await open.LayersAsync(container, context.RequestAborted).ConfigureAwait(false);
        using FileDescriptor folder = Files.Reopen(root.Root, OpenFlags.ReadOnly | OpenFlags.Directory, container.Id);
        context.Response.ContentType = "application/octet-stream";
        var archive = new TreeArchive(context.Response.Body);
        await archive.WriteFolderAsync(folder, "", context.RequestAborted).ConfigureAwait(false);
        await archive.EndAsync(context.RequestAborted).ConfigureAwait(false);
        events.Publish(container, "export");
    }

    private async Task ChangesAsync(HttpContext context, string id)
    {
        Container container = table.Find(id);
        IReadOnlyList<ContainerdApi.Types.Mount> mounts = await tasks.SnapshotMountsAsync(container.Id, context.RequestAborted).ConfigureAwait(false);
        IReadOnlyList<FilesystemChange> changes = LayerChanges.Of(mounts);
        await Answers.JsonAsync(context, changes, ContainersJson.Default.IReadOnlyListFilesystemChange).ConfigureAwait(false);
    }

    /// <summary>One at a time changes the files of a container that does not run, and it is not started meanwhile.</summary>
    private async Task WithRootAsync(HttpContext context, string id, Func<Container, ContainerRoot, string, Task> work)
    {
        string path = PathOf(context);
        Container container = table.Find(id);
        bool held = !container.State.Running;
        if (held)
        {
            await container.Gate.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        }

        try
        {
            using ContainerRoot root = await open.AsSeenAsync(container, context.RequestAborted).ConfigureAwait(false);
            await work(container, root, path).ConfigureAwait(false);
        }
        finally
        {
            if (held)
            {
                container.Gate.Release();
            }
        }
    }
}
