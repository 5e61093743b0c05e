using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Containers;
using Wharf.Oci.Digests;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>POST /commit.</summary>
internal sealed class CommitRoutes(ContainerTable table, TaskClient tasks, CommitContainer commit, ContainerEvents containerEvents, ImageEvents imageEvents)
{
    internal IEnumerable<ApiRoute> All() => [new("POST", "/commit", CommitAsync)];

    private async Task CommitAsync(HttpContext context, string value)
    {
        Container container = table.Find(Answers.Value(context, "container") ?? "");
        ContainerConfig changed = context.Request.ContentLength is 0 || (context.Request.ContentLength is null && context.Request.ContentType is null)
            ? new ContainerConfig()
            : await JsonBody.ReadAsync(context, ContainersJson.Default.ContainerConfig).ConfigureAwait(false);
        if (container.Document.UserMapping is not null)
        {
            // Its layer has the host's numbers: an image of it would belong to nobody elsewhere.
            throw new EngineException(EngineErrorKind.NotImplemented, $"commit container \"{container.Document.Name}\": its files have other owners on the host (user namespace): use --userns=host for containers that become images");
        }

        ImageReference? name = Name(Answers.Value(context, "repo"), Answers.Value(context, "tag"));
        bool pauses = (Answers.Value(context, "pause") is null || Answers.Flag(context, "pause")) && container.State is { Running: true, Paused: false };
        if (pauses)
        {
            await tasks.PauseAsync(container.Id, context.RequestAborted).ConfigureAwait(false);
        }

        Digest id;
        try
        {
            id = await commit.RunAsync(
                container,
                await tasks.SnapshotMountsAsync(container.Id, context.RequestAborted).ConfigureAwait(false),
                name,
                changed,
                [.. context.Request.Query["changes"].OfType<string>()],
                Answers.Value(context, "author") ?? "",
                Answers.Value(context, "comment") ?? "",
                context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            if (pauses)
            {
                await tasks.ResumeAsync(container.Id, CancellationToken.None).ConfigureAwait(false);
            }
        }

        containerEvents.Publish(container, "commit", ("comment", Answers.Value(context, "comment") ?? ""), ("imageID", id.ToString()), ("imageRef", name?.Familiar ?? ""));
        imageEvents.Publish("create", id.ToString());
        if (name is not null)
        {
            imageEvents.Publish("tag", id.ToString(), name.Familiar);
        }

        await Answers.JsonAsync(context, new IdResponse { Id = id.ToString() }, ContainersJson.Default.IdResponse, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private static ImageReference? Name(string? repository, string? tag)
    {
        if (repository is null)
        {
            return null;
        }

        try
        {
            ImageReference parsed = ImageReference.Parse(repository);
            return parsed.Digest is not null ? throw new EngineException(EngineErrorKind.InvalidParameter, "cannot commit to digest reference")
                : tag is null ? parsed.OrLatest() : parsed.WithTag(tag);
        }
        catch (FormatException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, error.Message, error);
        }
    }
}
