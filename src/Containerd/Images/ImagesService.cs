using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Images.V1;
using Wharf.ContainerdApi.ObjectEvents;
using Wharf.Containerd.Events;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Oci.Digests;

namespace Wharf.Containerd.Images;

/// <summary>Names for content.</summary>
internal sealed class ImagesService(MetadataStore store, EventExchange events, GarbageCollector garbage) : ContainerdApi.Images.V1.Images.ImagesBase
{
    public override Task<GetImageResponse> Get(GetImageRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        return Task.FromResult(new GetImageResponse { Image = store.Read(records => Find(records, scope, request.Name)) });
    }

    public override Task<ListImagesResponse> List(ListImagesRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        var filters = FilterSet.Parse(request.Filters);
        var response = new ListImagesResponse();
        response.Images.AddRange(store.Read(records => records.List(Image.Parser, scope, RecordKind.Image)).Where(image => filters.Matches(path => Field(image, path))));
        return Task.FromResult(response);
    }

    public override Task<CreateImageResponse> Create(CreateImageRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        Image image = Checked(request.Image);
        image.CreatedAt = request.SourceDateEpoch ?? LabelRules.Now();
        image.UpdatedAt = image.CreatedAt;
        store.Change(records =>
        {
            if (records.Find(scope, RecordKind.Image, image.Name) is not null)
            {
                throw ContainerdException.AlreadyExists($"image \"{image.Name}\"");
            }

            records.Put(scope, RecordKind.Image, image.Name, image);
        });
        var created = new ImageCreate { Name = image.Name };
        created.Labels.Add(image.Labels);
        events.Publish(scope, "/images/create", created);
        return Task.FromResult(new CreateImageResponse { Image = image });
    }

    public override Task<UpdateImageResponse> Update(UpdateImageRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        Image given = request.Image is { Name.Length: > 0 } one ? one : throw ContainerdException.Invalid("image name must not be empty");
        LabelRules.Check(given.Labels);
        Image updated = store.Change(records =>
        {
            Image current = Find(records, scope, given.Name);
            foreach (string path in request.UpdateMask is { Paths.Count: > 0 } mask ? mask.Paths : ["labels", "target"])
            {
                if (path == "target")
                {
                    current.Target = given.Target;
                }
                else if (!LabelRules.TryUpdate(path, current.Labels, given.Labels))
                {
                    throw ContainerdException.Invalid($"cannot update \"{path}\" field of image \"{given.Name}\"");
                }
            }

            Checked(current);
            current.UpdatedAt = request.SourceDateEpoch ?? LabelRules.Now();
            records.Put(scope, RecordKind.Image, current.Name, current);
            return current;
        });
        var changed = new ImageUpdate { Name = updated.Name };
        changed.Labels.Add(updated.Labels);
        events.Publish(scope, "/images/update", changed);
        return Task.FromResult(new UpdateImageResponse { Image = updated });
    }

    public override async Task<Empty> Delete(DeleteImageRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        store.Remove(records =>
        {
            Image current = Find(records, scope, request.Name);
            if (request.Target is { } target && target.Digest != current.Target.Digest)
            {
                throw ContainerdException.NotFound($"image \"{request.Name}\" has different target");
            }

            records.Delete(scope, RecordKind.Image, request.Name);
        });
        events.Publish(scope, "/images/delete", new ImageDelete { Name = request.Name });
        await garbage.RemovedAsync(request.Sync).ConfigureAwait(false);
        return new Empty();
    }

    private static Image Find(RecordQueries records, string scope, string name) =>
        records.Find(Image.Parser, scope, RecordKind.Image, name) ?? throw ContainerdException.NotFound($"image \"{name}\"");

    private static Image Checked(Image? image)
    {
        if (image is not { Name.Length: > 0 })
        {
            throw ContainerdException.Invalid("image name must not be empty");
        }

        LabelRules.Check(image.Labels);
        return image.Target is not { } target ? throw ContainerdException.Invalid($"image \"{image.Name}\": target is empty")
            : !Digest.TryParse(target.Digest, out _) ? throw ContainerdException.Invalid($"image \"{image.Name}\": target digest \"{target.Digest}\"")
            : target.Size < 1 ? throw ContainerdException.Invalid($"image \"{image.Name}\": target size must be greater than zero")
            : target.MediaType.Length == 0 ? throw ContainerdException.Invalid($"image \"{image.Name}\": target media type must be set")
            : image;
    }

    private static string? Field(Image image, IReadOnlyList<string> path) => path[0] switch
    {
        "name" => image.Name,
        "target" when path.Count == 2 => path[1] switch { "digest" => image.Target.Digest, "mediatype" => image.Target.MediaType, _ => null },
        "labels" => FieldPaths.Label(image.Labels, path),
        "annotations" => FieldPaths.Label(image.Target.Annotations, path),
        _ => null,
    };
}
