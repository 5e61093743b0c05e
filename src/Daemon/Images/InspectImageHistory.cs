using Wharf.EngineApi.Images;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>Tells how an image came to be, the newest step first.</summary>
internal sealed class InspectImageHistory(ImageResolver resolver, LayerUnpacker unpacker)
{
    public async Task<IReadOnlyList<ImageHistoryItem>> RunAsync(string name, Platform? platform, CancellationToken cancellation)
    {
        (ResolvedImage image, ImageContent content) = await resolver.ReadAsync(name, platform, cancellation).ConfigureAwait(false);
        var layers = new Queue<Digest>(content.ChainIds);
        var items = new List<ImageHistoryItem>();
        IReadOnlyList<History> history = content.Image.History is { Count: > 0 } own ? own : [.. content.ChainIds.Select(_ => new History())];
        foreach (History step in history)
        {
            long size = step.EmptyLayer is not true && layers.TryDequeue(out Digest? layer)
                ? await unpacker.SizeAsync([layer], cancellation).ConfigureAwait(false)
                : 0;
            items.Add(new ImageHistoryItem
            {
                Id = "<missing>",
                Created = (step.Created ?? DateTimeOffset.UnixEpoch).ToUnixTimeSeconds(),
                CreatedBy = step.CreatedBy ?? "",
                Size = size,
                Comment = step.Comment ?? "",
            });
        }

        items.Reverse();
        if (items.Count > 0)
        {
            items[0] = items[0] with { Id = image.Id.ToString(), Tags = ImageNames.Tags(image.Names) is { Count: > 0 } tags ? tags : null };
        }

        return items;
    }
}
