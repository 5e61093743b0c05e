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
public sealed partial class ImageJson : JsonSerializerContext;
