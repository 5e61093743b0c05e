using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Images.V1;
using Wharf.Oci.Digests;
using Descriptor = Wharf.Oci.Images.Descriptor;

namespace Wharf.Daemon.Images;

/// <summary>containerd's names of images.</summary>
internal sealed class ImageStore(CallInvoker calls)
{
    private readonly ContainerdApi.Images.V1.Images.ImagesClient _client = new(calls);

    public async Task<IReadOnlyList<ImageRecord>> ListAsync(CancellationToken cancellation)
    {
        ListImagesResponse response = await _client.ListAsync(new ListImagesRequest(), cancellationToken: cancellation).ConfigureAwait(false);
        return [.. response.Images.Select(ToRecord).OfType<ImageRecord>()];
    }

    public async Task<ImageRecord?> FindAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return ToRecord((await _client.GetAsync(new GetImageRequest { Name = name }, cancellationToken: cancellation).ConfigureAwait(false)).Image);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Points a name at an image. The image that it pointed at stays, without a name, when no other name refers to it. Returns that image.
    /// </summary>
    public async Task<ImageRecord?> SetAsync(string name, Descriptor target, CancellationToken cancellation)
    {
        ImageRecord? before = await FindAsync(name, cancellation).ConfigureAwait(false);
        if (before is not null && before.Target.Digest != target.Digest)
        {
            IReadOnlyList<ImageRecord> all = await ListAsync(cancellation).ConfigureAwait(false);
            if (!all.Any(other => other.Name != name && other.Target.Digest == before.Target.Digest))
            {
                await PutAsync(ImageLabels.DanglingPrefix + before.Target.Digest, before.Target, cancellation).ConfigureAwait(false);
            }
        }

        await PutAsync(name, target, cancellation).ConfigureAwait(false);
        await DeleteAsync(ImageLabels.DanglingPrefix + target.Digest, sync: false, cancellation).ConfigureAwait(false);
        return before;
    }

    /// <summary>False when there is no such name.</summary>
    public async Task<bool> DeleteAsync(string name, bool sync, CancellationToken cancellation)
    {
        try
        {
            await _client.DeleteAsync(new DeleteImageRequest { Name = name, Sync = sync }, cancellationToken: cancellation).ConfigureAwait(false);
            return true;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }

    public async Task PutAsync(string name, Descriptor target, CancellationToken cancellation)
    {
        var image = new Image { Name = name, Target = LayerUnpacker.ToContainerd(target) };
        try
        {
            await _client.CreateAsync(new CreateImageRequest { Image = image }, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.AlreadyExists)
        {
            var mask = new FieldMask { Paths = { "target" } };
            await _client.UpdateAsync(new UpdateImageRequest { Image = image, UpdateMask = mask }, cancellationToken: cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Null for a record whose target is no digest; the store takes any text.</summary>
    private static ImageRecord? ToRecord(Image image) =>
        Digest.TryParse(image.Target?.Digest, out Digest? digest)
            ? new ImageRecord(
                image.Name,
                new Descriptor { MediaType = image.Target!.MediaType, Digest = digest, Size = image.Target.Size },
                image.CreatedAt?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch,
                image.Labels)
            : null;
}
