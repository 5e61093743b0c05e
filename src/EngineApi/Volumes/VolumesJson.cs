using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Volumes;

/// <summary>Reads and writes the documents of the API's volumes.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(Volume))]
[JsonSerializable(typeof(VolumeCreateRequest))]
[JsonSerializable(typeof(VolumeList))]
[JsonSerializable(typeof(PrunedVolumes))]
public sealed partial class VolumesJson : JsonSerializerContext;
