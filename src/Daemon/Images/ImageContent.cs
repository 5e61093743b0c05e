using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>One platform of an image, read: what a container is made from.</summary>
internal sealed record ImageContent
{
    public required Descriptor ManifestDescriptor { get; init; }

    public required Manifest Manifest { get; init; }

    public required Image Image { get; init; }

    public required IReadOnlyList<Digest> ChainIds { get; init; }

    /// <summary>The snapshot that a container's own is prepared upon; null for an image without layers.</summary>
    public Digest? TopChainId => ChainIds.Count == 0 ? null : ChainIds[^1];

    /// <summary>Bytes of manifest, config and layers as they were fetched.</summary>
    public long ContentSize => ManifestDescriptor.Size + Manifest.Config.Size + Manifest.Layers.Sum(layer => layer.Size);
}
