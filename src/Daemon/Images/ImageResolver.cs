using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>Finds images by what users type: a reference, an id, or the beginning of an id.</summary>
internal sealed class ImageResolver(ImageStore store, ImageReader reader, Task settled)
{
    /// <exception cref="EngineException">"No such image: …", "invalid reference format", or an ambiguous id</exception>
    public async Task<ResolvedImage> ResolveAsync(string text, CancellationToken cancellation)
    {
        if (settled.IsCompleted)
        {
            return await ResolveOnceAsync(text, cancellation).ConfigureAwait(false);
        }

        try
        {
            return await ResolveOnceAsync(text, cancellation).ConfigureAwait(false);
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
        {
            // The daemon has just started, and what is missing may be the image that it is loading.
            await settled.WaitAsync(cancellation).ConfigureAwait(false);
            return await ResolveOnceAsync(text, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="ResolveAsync"/>, with the content for a platform.</summary>
    public async Task<(ResolvedImage Image, ImageContent Content)> ReadAsync(string text, Platform? platform, CancellationToken cancellation)
    {
        ResolvedImage image = await ResolveAsync(text, cancellation).ConfigureAwait(false);
        ImageContent content = await reader.ReadAsync(image.Target, platform ?? Platform.Host, cancellation).ConfigureAwait(false)
            ?? throw new EngineException(
                EngineErrorKind.NotFound,
                platform is null
                    ? $"No such image: {text}"
                    : $"image with reference {text} was found but does not provide the specified platform ({platform})");
        return (image, content);
    }

    private async Task<ResolvedImage> ResolveOnceAsync(string text, CancellationToken cancellation)
    {
        bool isId = Digest.TryParse(text, out Digest? digest) || Digest.TryParse("sha256:" + text, out digest);
        ImageReference? reference = isId ? null : ParseOrNull(text);

        if (reference is not null
            && await store.FindAsync(StoreName(reference), cancellation).ConfigureAwait(false) is { } record)
        {
            IReadOnlyList<ImageRecord> all = await store.ListAsync(cancellation).ConfigureAwait(false);
            return new ResolvedImage(record.Target, [.. all.Where(other => other.Target.Digest == record.Target.Digest)], record);
        }

        IReadOnlyList<ImageRecord> records = await store.ListAsync(cancellation).ConfigureAwait(false);
        if (reference?.Digest is { } wanted)
        {
            // A tag was pulled, and the digest that it had is asked for.
            List<ImageRecord> same = [.. records.Where(other => other.Target.Digest == wanted)];
            if (same.Any(other => ImageReference.TryParse(other.Name, out ImageReference? named) && named.Name == reference.Name))
            {
                return new ResolvedImage(same[0].Target, same, null);
            }
        }

        string prefix = isId ? digest!.Encoded : text.StartsWith("sha256:", StringComparison.Ordinal) ? text["sha256:".Length..] : text;
        if (prefix.Length > 0 && prefix.All(char.IsAsciiHexDigitLower))
        {
            List<ImageRecord> matches = [.. records.Where(other => other.Target.Digest.Encoded.StartsWith(prefix, StringComparison.Ordinal))];
            if (matches.Select(match => match.Target.Digest).Distinct().Count() > 1)
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, $"ambiguous reference: {text}: multiple IDs found with provided prefix");
            }

            if (matches.Count > 0)
            {
                return new ResolvedImage(matches[0].Target, matches, null);
            }
        }

        throw NoSuchImage(text, reference);
    }

    /// <summary>The name under which a store keeps a reference: by tag, or by digest alone.</summary>
    public static string StoreName(ImageReference reference) =>
        (reference.Digest is null ? reference.OrLatest() : reference.WithDigest(reference.Digest)).ToString();

    private static EngineException NoSuchImage(string text, ImageReference? reference) =>
        new(EngineErrorKind.NotFound, $"No such image: {reference?.OrLatest().Familiar ?? text}");

    private static ImageReference? ParseOrNull(string text)
    {
        if (text.StartsWith(ImageLabels.DanglingPrefix, StringComparison.Ordinal) || text.StartsWith("sha256:", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return ImageReference.Parse(text);
        }
        catch (FormatException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, error.Message, error);
        }
    }
}
