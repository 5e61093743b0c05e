namespace Wharf.EngineApi.Images;

/// <summary><c>POST /auth</c>.</summary>
public sealed record AuthenticationResult
{
    public required string Status { get; init; }

    public required string IdentityToken { get; init; }
}
