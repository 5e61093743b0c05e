using Wharf.EngineApi.Images;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>Takes names from an image, and the image away with its last name.</summary>
internal sealed class RemoveImage(ImageResolver resolver, ImageStore store, Func<IReadOnlyList<ImageUse>> uses)
{
    public async Task<IReadOnlyList<DeletedImage>> RunAsync(string name, bool force, CancellationToken cancellation)
    {
        ResolvedImage image = await resolver.ResolveAsync(name, cancellation).ConfigureAwait(false);
        List<ImageReference> references = [.. ImageNames.References(image.Names)];
        string id = image.Id.ToString();
        string shortId = ImageLayers.ShortId(image.Id);
        List<ImageUse> users = [.. uses().Where(use => use.ImageId == id)];
        ImageReference? matched = image.Matched is null ? null : references.FirstOrDefault(reference => reference.ToString() == image.Matched.Name);

        if (matched is not null)
        {
            // A name goes alone while the image has others; the digest reference of the same repository does not count as one.
            List<ImageReference> others = [.. references.Where(other => other != matched && !(other.Tag is null && other.Name == matched.Name))];
            if (others.Count > 0)
            {
                return [await UntagAsync(matched, cancellation).ConfigureAwait(false)];
            }

            if (users.Count > 0 && !force)
            {
                throw new EngineException(
                    EngineErrorKind.Conflict,
                    $"conflict: unable to remove repository reference \"{matched.Familiar}\" (must force) - container {users[0].ContainerId[..12]} is using its referenced image {shortId}");
            }

            if (users.Count > 0)
            {
                // The image stays for its containers, without a name.
                await store.PutAsync(ImageLabels.DanglingPrefix + image.Id, image.Target, cancellation).ConfigureAwait(false);
                return [await UntagAsync(matched, cancellation).ConfigureAwait(false)];
            }
        }
        else
        {
            Refuse(users, references, shortId, force);
        }

        var removed = new List<DeletedImage>();
        foreach (ImageReference reference in references)
        {
            removed.Add(new DeletedImage { Untagged = reference.Familiar });
        }

        // The last one waits for the collection, so that what is removed is gone when the client reads so.
        for (int index = 0; index < image.Names.Count; index++)
        {
            await store.DeleteAsync(image.Names[index].Name, sync: index == image.Names.Count - 1, cancellation).ConfigureAwait(false);
        }

        removed.Add(new DeletedImage { Deleted = id });
        return removed;
    }

    private static void Refuse(List<ImageUse> users, List<ImageReference> references, string shortId, bool force)
    {
        if (users.FirstOrDefault(use => use.Running) is { } running)
        {
            throw new EngineException(
                EngineErrorKind.Conflict,
                $"conflict: unable to delete {shortId} (cannot be forced) - image is being used by running container {running.ContainerId[..12]}");
        }

        if (force)
        {
            return;
        }

        if (references.Select(reference => reference.Name).Distinct().Count() > 1)
        {
            throw new EngineException(EngineErrorKind.Conflict, $"conflict: unable to delete {shortId} (must be forced) - image is referenced in multiple repositories");
        }

        if (users.Count > 0)
        {
            throw new EngineException(
                EngineErrorKind.Conflict,
                $"conflict: unable to delete {shortId} (must be forced) - image is being used by stopped container {users[0].ContainerId[..12]}");
        }
    }

    private async Task<DeletedImage> UntagAsync(ImageReference reference, CancellationToken cancellation)
    {
        await store.DeleteAsync(reference.ToString(), sync: false, cancellation).ConfigureAwait(false);
        return new DeletedImage { Untagged = reference.Familiar };
    }
}
