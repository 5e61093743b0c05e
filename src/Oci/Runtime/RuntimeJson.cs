using System.Text.Json.Serialization;

namespace Wharf.Oci.Runtime;

/// <summary>Reads and writes runtime-spec documents; properties set by default are kept by <c>set</c>, which the generator honours.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RuntimeSpec))]
[JsonSerializable(typeof(State))]
[JsonSerializable(typeof(Process))]
[JsonSerializable(typeof(Resources))]
public sealed partial class RuntimeJson : JsonSerializerContext;
