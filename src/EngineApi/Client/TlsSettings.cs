namespace Wharf.EngineApi.Client;

/// <summary>How a TCP connection to an engine is protected.</summary>
/// <param name="Verify">Whether the engine has to show a certificate of the authority.</param>
/// <param name="Authority">A PEM file; without one the system's own authorities are trusted.</param>
/// <param name="Certificate">A PEM file with this client's certificate.</param>
/// <param name="Key">A PEM file with its key.</param>
public sealed record TlsSettings(bool Verify, string? Authority, string? Certificate, string? Key);
