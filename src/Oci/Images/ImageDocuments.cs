using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wharf.Oci.Images;

/// <summary>Reads what registries and archives send: bounded, and refused when it could be read in two ways.</summary>
public static class ImageDocuments
{
    /// <summary>No manifest, index or config is larger, in bytes (distribution-spec asks registries to take 4 MiB).</summary>
    public const int LargestManifest = 4 << 20;

    public const int LargestConfig = 8 << 20;

    /// <summary>An index of more entries is an attack (CVE-2026-53493).</summary>
    public const int MostManifests = 1000;

    /// <summary>overlayfs mounts no more lower directories than this in the engines that are deployed.</summary>
    public const int MostLayers = 500;

    /// <summary>How the document's own fields say what it is, whatever its descriptor or Content-Type claims.</summary>
    public static bool LooksLikeIndex(ReadOnlySpan<byte> content) => Shape(content).HasManifests;

    /// <exception cref="ImageFormatException"/>
    public static Manifest ReadManifest(ReadOnlySpan<byte> content, string mediaType)
    {
        var shape = Shape(content);
        // CVE-2021-41190: one document that is an index for one reader and a manifest for another.
        if (shape.HasManifests)
        {
            throw new ImageFormatException("read manifest: document is a manifest and an index at once (it has \"manifests\")");
        }

        CheckMediaType("manifest", shape.MediaType, mediaType, MediaTypes.IsManifest);
        Manifest manifest = Read(content, ImageJson.Default.Manifest, "manifest");
        return manifest.SchemaVersion is not 2 ? throw new ImageFormatException($"read manifest: schema version {manifest.SchemaVersion} is not supported")
            : manifest.Layers.Count > MostLayers ? throw new ImageFormatException($"read manifest: {manifest.Layers.Count} layers, at most {MostLayers} are supported")
            : manifest.Layers.Append(manifest.Config).Any(descriptor => descriptor is null || descriptor.Size < 0) ? throw new ImageFormatException("read manifest: a descriptor has no valid size")
            : manifest;
    }

    /// <exception cref="ImageFormatException"/>
    public static ImageIndex ReadIndex(ReadOnlySpan<byte> content, string mediaType)
    {
        var shape = Shape(content);
        if (shape.HasConfigOrLayers)
        {
            throw new ImageFormatException("read index: document is a manifest and an index at once (it has \"config\" or \"layers\")");
        }

        CheckMediaType("index", shape.MediaType, mediaType, MediaTypes.IsIndex);
        ImageIndex index = Read(content, ImageJson.Default.ImageIndex, "index");
        return index.SchemaVersion is not 2 ? throw new ImageFormatException($"read index: schema version {index.SchemaVersion} is not supported")
            : index.Manifests.Count > MostManifests ? throw new ImageFormatException($"read index: {index.Manifests.Count} manifests, at most {MostManifests} are supported")
            : index.Manifests.Any(descriptor => descriptor is null || descriptor.Size < 0) ? throw new ImageFormatException("read index: a descriptor has no valid size")
            : index;
    }

    /// <exception cref="ImageFormatException"/>
    public static Image ReadImage(ReadOnlySpan<byte> content) => Read(content, ImageJson.Default.Image, "image config");

    /// <exception cref="ImageFormatException"/>
    public static T Read<T>(ReadOnlySpan<byte> content, JsonTypeInfo<T> type, string document)
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw new ImageFormatException($"read {document}: it is null");
        }
        catch (JsonException error)
        {
            throw new ImageFormatException($"read {document}: {Cause(error)}", error);
        }
    }

    /// <summary>The serialiser's text without the sentence about position that it repeats.</summary>
    private static string Cause(JsonException error) => error.Message.Split(" Path: ")[0].TrimEnd('.');

    private static void CheckMediaType(string document, string? own, string claimed, Func<string?, bool> isExpected)
    {
        if (!isExpected(claimed))
        {
            throw new ImageFormatException($"read {document}: media type \"{claimed}\" is not that of an {document}");
        }

        if (!string.IsNullOrEmpty(own) && own != claimed)
        {
            throw new ImageFormatException($"read {document}: document says media type \"{own}\" where \"{claimed}\" is claimed");
        }
    }

    private static (bool HasManifests, bool HasConfigOrLayers, string? MediaType) Shape(ReadOnlySpan<byte> content)
    {
        bool manifests = false;
        bool configOrLayers = false;
        string? mediaType = null;
        try
        {
            var reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = 64 });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new ImageFormatException("read manifest: it is not a JSON object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                // Go's parser takes names in any case: what it could read as a field counts.
                string name = reader.GetString()!.ToLowerInvariant();
                reader.Read();
                switch (name)
                {
                    case "manifests":
                        manifests |= reader.TokenType != JsonTokenType.Null;
                        break;
                    case "config" or "layers" or "fslayers":
                        configOrLayers |= reader.TokenType != JsonTokenType.Null;
                        break;
                    case "mediatype" when reader.TokenType == JsonTokenType.String:
                        mediaType = reader.GetString();
                        break;
                }

                reader.Skip();
            }
        }
        catch (JsonException error)
        {
            throw new ImageFormatException($"read manifest: {Cause(error)}", error);
        }

        return (manifests, configOrLayers, mediaType);
    }
}
