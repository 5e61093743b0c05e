using System.Text.Json.Serialization;

namespace Wharf.Daemon.Http;

internal sealed record ErrorBody
{
    [JsonPropertyName("message")]
    public required string Message { get; init; }
}
