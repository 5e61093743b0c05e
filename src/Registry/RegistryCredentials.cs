using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.Registry;

/// <summary>Who asks: the content of docker's <c>X-Registry-Auth</c> header (Engine API, "Authentication").</summary>
public sealed record RegistryCredentials
{
    [JsonPropertyName("username")]
    public string? Username { get; init; }

    [JsonPropertyName("password")]
    public string? Password { get; init; }

    /// <summary>Base64 of "user:password", as docker's config file has it.</summary>
    [JsonPropertyName("auth")]
    public string? Auth { get; init; }

    [JsonPropertyName("serveraddress")]
    public string? ServerAddress { get; init; }

    /// <summary>A refresh token of the registry's authorization server, in place of a password.</summary>
    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }

    /// <summary>A bearer token that is sent to the registry as it is.</summary>
    [JsonPropertyName("registrytoken")]
    public string? RegistryToken { get; init; }

    /// <summary>Reads the header; null when it is absent or says nothing.</summary>
    /// <exception cref="FormatException">The header is not base64url of such a document.</exception>
    public static RegistryCredentials? FromHeader(string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }

        try
        {
            // Clients write both alphabets, with and without padding.
            byte[] json = Base64Url.DecodeFromChars(header.Replace('+', '-').Replace('/', '_'));
            RegistryCredentials? credentials = JsonSerializer.Deserialize(json, RegistryJson.Default.RegistryCredentials);
            return credentials?.WithAuthOpened();
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            throw new FormatException("invalid X-Registry-Auth header: " + error.Message.TrimEnd('.'), error);
        }
    }

    /// <summary>Reads the body of <c>POST /auth</c>.</summary>
    /// <exception cref="JsonException"/>
    /// <exception cref="FormatException"/>
    public static RegistryCredentials FromJson(ReadOnlySpan<byte> json) =>
        (JsonSerializer.Deserialize(json, RegistryJson.Default.RegistryCredentials) ?? throw new FormatException("credentials are null")).WithAuthOpened() ?? new RegistryCredentials();

    /// <summary>No password in logs.</summary>
    public override string ToString() => $"{Username ?? "(nobody)"} at {ServerAddress ?? "(any)"}";

    private RegistryCredentials? WithAuthOpened()
    {
        if (string.IsNullOrEmpty(Username) && !string.IsNullOrEmpty(Auth))
        {
            string[] parts = Encoding.UTF8.GetString(Convert.FromBase64String(Auth)).Split(':', 2);
            return this with { Username = parts[0], Password = parts.Length == 2 ? parts[1].TrimEnd('\0') : "", Auth = null };
        }

        return string.IsNullOrEmpty(Username) && string.IsNullOrEmpty(IdentityToken) && string.IsNullOrEmpty(RegistryToken) ? null : this;
    }
}
