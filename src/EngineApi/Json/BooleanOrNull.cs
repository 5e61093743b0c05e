using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Json;

/// <summary>A truth for which null is false: Go's decoder, which clients are used to, leaves a field alone when it reads null.</summary>
internal sealed class BooleanOrNull : JsonConverter<bool>
{
    public override bool HandleNull => true;

    public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType != JsonTokenType.Null && reader.GetBoolean();

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);
}
