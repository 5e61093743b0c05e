using System.Text.Json.Serialization;

namespace Wharf.Registry;

/// <summary>What an authorization server answers: docker's token authentication specification.</summary>
internal sealed record TokenResponse
{
    public string? Token { get; init; }

    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }
}
