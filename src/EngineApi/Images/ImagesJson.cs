using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Images;

/// <summary>The serialiser of the API's image records.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<ImageSummary>))]
[JsonSerializable(typeof(ImageInspect))]
[JsonSerializable(typeof(IReadOnlyList<ImageHistoryItem>))]
[JsonSerializable(typeof(IReadOnlyList<DeletedImage>))]
[JsonSerializable(typeof(PrunedImages))]
[JsonSerializable(typeof(DistributionInspect))]
[JsonSerializable(typeof(AuthenticationResult))]
[JsonSerializable(typeof(IReadOnlyList<SearchResult>))]
[JsonSerializable(typeof(SearchAnswer))]
[JsonSerializable(typeof(IReadOnlyList<AttestationStatement>))]
public sealed partial class ImagesJson : JsonSerializerContext;
