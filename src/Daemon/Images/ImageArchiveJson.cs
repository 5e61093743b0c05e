using System.Text.Json.Serialization;

namespace Wharf.Daemon.Images;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<SavedImage>))]
internal sealed partial class ImageArchiveJson : JsonSerializerContext;
