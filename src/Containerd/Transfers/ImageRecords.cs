using Wharf.ContainerdApi.Images.V1;
using Wharf.ContainerdApi.ObjectEvents;
using Wharf.ContainerdApi.Types;
using Wharf.ContainerdApi.Types.Transfer;
using Wharf.Containerd.Events;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Transfers;

/// <summary>Names that a transfer gives to content, by the rules that its destination states.</summary>
internal sealed class ImageRecords(MetadataStore store, EventExchange events)
{
    private const string ImageName = "io.containerd.image.name";
    private const string ReferenceName = "org.opencontainers.image.ref.name";

    public Image Get(CallScope scope, string name) =>
        store.Read(records => records.Find(Image.Parser, scope.Namespace, RecordKind.Image, name)) ?? throw ContainerdException.NotFound($"image \"{name}\"");

    /// <summary>Names of what an archive has, by its annotations; none when the destination has no name for it.</summary>
    public static IReadOnlyList<string> Names(ImageStore destination, ContentDescriptor target)
    {
        var names = new List<string>();
        foreach (ImageReference reference in destination.ExtraReferences.Where(reference => reference.IsPrefix))
        {
            string? named = Annotated(target, reference);
            if (named is not null)
            {
                names.Add(named);
            }

            if (reference.AddDigest && !(named is not null && reference.SkipNamedDigest))
            {
                names.Add($"{reference.Name}@{target.Digest}");
            }
        }

        return names;
    }

    /// <summary>Creates the name, or lets it mean something else from now on.</summary>
    public void Put(CallScope scope, string name, ContentDescriptor target, IReadOnlyDictionary<string, string> labels)
    {
        if (name.Length == 0)
        {
            throw ContainerdException.Invalid("image name must not be empty");
        }

        var image = new Image { Name = name, Target = target, CreatedAt = LabelRules.Now() };
        image.UpdatedAt = image.CreatedAt;
        image.Labels.Add(labels.ToDictionary());
        LabelRules.Check(image.Labels);
        bool existed = store.Change(records =>
        {
            Image? current = records.Find(Image.Parser, scope.Namespace, RecordKind.Image, name);
            image.CreatedAt = current?.CreatedAt ?? image.CreatedAt;
            records.Put(scope.Namespace, RecordKind.Image, name, image);
            return current is not null;
        });
        if (existed)
        {
            var updated = new ImageUpdate { Name = name };
            updated.Labels.Add(image.Labels);
            events.Publish(scope.Namespace, "/images/update", updated);
        }
        else
        {
            var created = new ImageCreate { Name = name };
            created.Labels.Add(image.Labels);
            events.Publish(scope.Namespace, "/images/create", created);
        }
    }

    private static string? Annotated(ContentDescriptor target, ImageReference prefix)
    {
        if (target.Annotations.TryGetValue(ImageName, out string? whole) && whole.Length > 0)
        {
            return whole;
        }

        if (!target.Annotations.TryGetValue(ReferenceName, out string? name) || name.Length == 0 || prefix.Name.Length == 0)
        {
            return null;
        }

        // A tag alone needs a repository in front; a whole name counts when it is of that repository, or any may come.
        bool isWhole = name.AsSpan().ContainsAny("/:@");
        bool isOfPrefix = name.StartsWith(prefix.Name, StringComparison.Ordinal) && (name.Length == prefix.Name.Length || name[prefix.Name.Length] is '/' or ':' or '@');
        return !isWhole ? $"{prefix.Name}:{name}" : prefix.AllowOverwrite || isOfPrefix ? name : null;
    }
}
