using Wharf.EngineApi.Images;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>Removes images that no container uses: those without a name, or all.</summary>
internal sealed class PruneImages(ImageStore store, ImageReader reader, LayerUnpacker unpacker, Func<IReadOnlyList<ImageUse>> uses)
{
    public async Task<PrunedImages> RunAsync(ImageFilters filters, CancellationToken cancellation)
    {
        bool onlyDangling = filters.Boolean("dangling") ?? true;
        DateTimeOffset? until = filters["until"] is [var moment, ..] ? ImageFilters.Moment(moment, DateTimeOffset.UtcNow) : null;
        HashSet<string> used = [.. uses().Select(use => use.ImageId)];
        IReadOnlyList<ImageRecord> records = await store.ListAsync(cancellation).ConfigureAwait(false);
        List<IGrouping<Oci.Digests.Digest, ImageRecord>> images = [.. records.GroupBy(record => record.Target.Digest)];

        var kept = new HashSet<Oci.Digests.Digest>();
        var doomed = new List<(IGrouping<Oci.Digests.Digest, ImageRecord> Names, ImageContent? Content)>();
        foreach (IGrouping<Oci.Digests.Digest, ImageRecord> image in images)
        {
            ImageContent? content = await ReadAsync(image.First().Target, cancellation).ConfigureAwait(false);
            bool dangling = ImageNames.Tags(image).Count == 0;
            if (used.Contains(image.Key.ToString())
                || (onlyDangling && !dangling)
                || (until is not null && (content?.Image.Created ?? DateTimeOffset.UnixEpoch) >= until)
                || !filters.HasLabels(content?.Image.Config?.Labels))
            {
                kept.UnionWith(content?.ChainIds ?? []);
                continue;
            }

            doomed.Add((image, content));
        }

        var deleted = new List<DeletedImage>();
        HashSet<Oci.Digests.Digest> freed = [.. doomed.SelectMany(image => image.Content?.ChainIds ?? []).Where(chainId => !kept.Contains(chainId))];
        long reclaimed = await unpacker.SizeAsync(freed, cancellation).ConfigureAwait(false);
        for (int index = 0; index < doomed.Count; index++)
        {
            foreach (ImageRecord record in doomed[index].Names)
            {
                await store.DeleteAsync(record.Name, sync: index == doomed.Count - 1, cancellation).ConfigureAwait(false);
            }

            deleted.AddRange(ImageNames.References(doomed[index].Names).Select(reference => new DeletedImage { Untagged = reference.Familiar }));
            deleted.Add(new DeletedImage { Deleted = doomed[index].Names.Key.ToString() });
        }

        return new PrunedImages { ImagesDeleted = deleted.Count == 0 ? null : deleted, SpaceReclaimed = reclaimed };
    }

    private async Task<ImageContent?> ReadAsync(Descriptor target, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadAsync(target, Platform.Host, cancellation).ConfigureAwait(false);
        }
        catch (ImageFormatException)
        {
            // What cannot be read has no labels and no layers that would count.
            return null;
        }
    }
}
