using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Images;

public sealed record ImageGraphDriver
{
    public required string Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? Data { get; init; }
}
