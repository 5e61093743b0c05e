using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Json;

/// <summary>A number for which null is 0: Go's decoder, which clients are used to, leaves a field alone when it reads null.</summary>
internal sealed class Int64OrNull : JsonConverter<long>
{
    public override bool HandleNull => true;

    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.Null ? 0 : reader.GetInt64();

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
