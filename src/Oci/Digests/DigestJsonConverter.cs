using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.Oci.Digests;

/// <summary>A malformed digest makes the whole document malformed (CVE-2026-95839: it reached a file name).</summary>
public sealed class DigestJsonConverter : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string text = (reader.TokenType == JsonTokenType.String ? reader.GetString() : null) ?? throw new JsonException("digest: not a string");
        try
        {
            return Digest.Parse(text);
        }
        catch (FormatException error)
        {
            throw new JsonException(error.Message, error);
        }
    }

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
