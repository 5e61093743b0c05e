using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>The layers of a manifest beside what its config says of them.</summary>
internal static class ImageLayers
{
    /// <exception cref="ImageFormatException">The two do not fit, or a layer is none.</exception>
    public static void Check(Manifest manifest, Image image)
    {
        if (image.Rootfs.DiffIds.Count != manifest.Layers.Count)
        {
            throw new ImageFormatException($"read image config \"{manifest.Config.Digest}\": {image.Rootfs.DiffIds.Count} diff ids for {manifest.Layers.Count} layers");
        }

        if (!string.IsNullOrEmpty(image.Rootfs.Type) && image.Rootfs.Type != "layers")
        {
            throw new ImageFormatException($"read image config \"{manifest.Config.Digest}\": rootfs type \"{image.Rootfs.Type}\" is not supported");
        }

        if (manifest.Layers.FirstOrDefault(layer => !MediaTypes.IsLayer(layer.MediaType)) is { } other)
        {
            throw new ImageFormatException($"unsupported media type {other.MediaType}");
        }
    }

    /// <summary>As docker shows layers and images: the first 12 digits.</summary>
    public static string ShortId(Digest digest) => digest.Encoded[..12];

    /// <summary>Labels of a manifest's blob: what garbage collection must keep with it.</summary>
    public static Dictionary<string, string> References(Manifest manifest)
    {
        var labels = new Dictionary<string, string> { [ImageLabels.Config] = manifest.Config.Digest.ToString() };
        for (int index = 0; index < manifest.Layers.Count; index++)
        {
            labels[ImageLabels.LayerPrefix + index] = manifest.Layers[index].Digest.ToString();
        }

        return labels;
    }

    /// <summary>Labels of an index's blob.</summary>
    public static Dictionary<string, string> References(ImageIndex index)
    {
        var labels = new Dictionary<string, string>();
        for (int position = 0; position < index.Manifests.Count; position++)
        {
            labels[ImageLabels.ManifestPrefix + position] = index.Manifests[position].Digest.ToString();
        }

        return labels;
    }

    /// <summary>Labels of a config's blob: the snapshots of the unpacked image.</summary>
    public static Dictionary<string, string> References(Image image, string snapshotter)
    {
        IReadOnlyList<Digest> chain = image.Rootfs.ChainIds();
        return chain.Count == 0 ? [] : new Dictionary<string, string> { [ImageLabels.SnapshotPrefix + snapshotter] = chain[^1].ToString() };
    }
}
