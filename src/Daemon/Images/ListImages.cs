using Wharf.EngineApi.Images;
using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>Lists images, the newest first, with docker's filters.</summary>
internal sealed class ListImages(ImageStore store, ImageReader reader, ImageResolver resolver, LayerUnpacker unpacker, ListManifests manifests, Func<IReadOnlyList<ImageUse>> uses)
{
    public async Task<IReadOnlyList<ImageSummary>> RunAsync(ImageFilters filters, bool withManifests, CancellationToken cancellation)
    {
        bool? dangling = filters.Boolean("dangling");
        DateTimeOffset? before = await CreatedAsync(filters["before"], cancellation).ConfigureAwait(false);
        DateTimeOffset? since = await CreatedAsync(filters["since"], cancellation).ConfigureAwait(false);
        DateTimeOffset? until = filters["until"] is [var moment, ..] ? ImageFilters.Moment(moment, DateTimeOffset.UtcNow) : null;

        IReadOnlyList<ImageRecord> records = await store.ListAsync(cancellation).ConfigureAwait(false);
        IReadOnlyList<ImageUse> used = uses();
        var summaries = new List<ImageSummary>();
        foreach (IGrouping<Oci.Digests.Digest, ImageRecord> image in records.GroupBy(record => record.Target.Digest))
        {
            if (await ReadAsync(image.First(), cancellation).ConfigureAwait(false) is not { } content)
            {
                continue;
            }

            IReadOnlyList<ImageRecord> named = Named(image, filters["reference"]);
            IReadOnlyList<string> tags = ImageNames.Tags(named);
            DateTimeOffset created = content.Image.Created ?? DateTimeOffset.UnixEpoch;
            bool isDangling = ImageNames.Tags(image).Count == 0;
            if ((dangling is not null && dangling != isDangling)
                || (filters["reference"].Count > 0 && named.Count == 0)
                || (before is not null && created >= before)
                || (since is not null && created <= since)
                || (until is not null && created >= until)
                || !filters.HasLabels(content.Image.Config?.Labels))
            {
                continue;
            }

            long size = await unpacker.SizeAsync(content.ChainIds, cancellation).ConfigureAwait(false);
            summaries.Add(new ImageSummary
            {
                Id = image.Key.ToString(),
                ParentId = "",
                RepoTags = tags,
                RepoDigests = ImageNames.Digests(named),
                Created = created.ToUnixTimeSeconds(),
                Size = size == 0 ? content.ContentSize : size,
                SharedSize = -1,
                VirtualSize = size == 0 ? content.ContentSize : size,
                Labels = content.Image.Config?.Labels,
                Containers = used.Count(use => use.ImageId == image.Key.ToString()),
                Descriptor = new ContentDescriptor { MediaType = image.First().Target.MediaType, Digest = image.Key.ToString(), Size = image.First().Target.Size },
                Manifests = withManifests ? await manifests.RunAsync(image.First().Target, cancellation).ConfigureAwait(false) : null,
            });
        }

        return [.. summaries.OrderByDescending(summary => summary.Created).ThenBy(summary => summary.Id, StringComparer.Ordinal)];
    }

    private static IReadOnlyList<ImageRecord> Named(IEnumerable<ImageRecord> records, IReadOnlyList<string> patterns) =>
        patterns.Count == 0
            ? [.. records]
            : [.. records.Where(record => ImageReference.TryParse(record.Name, out ImageReference? reference)
                && patterns.Any(pattern => ImageFilters.Matches(pattern, reference.Familiar) || ImageFilters.Matches(pattern, reference.FamiliarName) || ImageFilters.Matches(pattern, reference.ToString())))];

    /// <summary>One image that cannot be read must not hide the others.</summary>
    private async Task<ImageContent?> ReadAsync(ImageRecord record, CancellationToken cancellation)
    {
        try
        {
            if (await reader.ReadAsync(record.Target, Platform.Host, cancellation).ConfigureAwait(false) is { } content)
            {
                return content;
            }

            await foreach (ImageContent any in reader.ReadAllAsync(record.Target, cancellation).ConfigureAwait(false))
            {
                return any;
            }

            return null;
        }
        catch (ImageFormatException)
        {
            return null;
        }
    }

    private async Task<DateTimeOffset?> CreatedAsync(IReadOnlyList<string> names, CancellationToken cancellation) =>
        names is [var name, ..] ? (await resolver.ReadAsync(name, null, cancellation).ConfigureAwait(false)).Content.Image.Created ?? DateTimeOffset.UnixEpoch : null;
}
