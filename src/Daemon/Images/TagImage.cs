using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>Gives an image another name.</summary>
internal sealed class TagImage(ImageResolver resolver, ImageStore store)
{
    /// <returns>The new name, and the image's id.</returns>
    public async Task<(ImageReference Name, string Id)> RunAsync(string source, string repository, string? tag, CancellationToken cancellation)
    {
        ImageReference name;
        try
        {
            ImageReference parsed = ImageReference.Parse(repository);
            if (parsed.Digest is not null)
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, "refusing to create a tag with a digest reference");
            }

            name = string.IsNullOrEmpty(tag) ? parsed.OrLatest() : parsed.WithTag(tag);
        }
        catch (FormatException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, error.Message, error);
        }

        ResolvedImage image = await resolver.ResolveAsync(source, cancellation).ConfigureAwait(false);
        await store.SetAsync(name.ToString(), image.Target, cancellation).ConfigureAwait(false);
        return (name, image.Id.ToString());
    }
}
