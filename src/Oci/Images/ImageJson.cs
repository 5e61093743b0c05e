using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.Oci.Images;

/// <summary>The serialiser of image documents.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 64)]
[JsonSerializable(typeof(Descriptor))]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(Image))]
[JsonSerializable(typeof(ImageLayout))]
[JsonSerializable(typeof(Platform))]
[JsonSerializable(typeof(IReadOnlyList<DockerArchiveEntry>))]
public sealed partial class ImageJson : JsonSerializerContext
{
    /// <summary>Writes documents that others read: "+" as itself, since media types are full of it.</summary>
    public static ImageJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
