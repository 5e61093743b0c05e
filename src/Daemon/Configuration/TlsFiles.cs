namespace Wharf.Daemon.Configuration;

/// <summary>How TCP addresses are protected.</summary>
/// <param name="Verify">Whether clients have to show a certificate of the authority.</param>
/// <param name="Authority">A PEM file.</param>
/// <param name="Certificate">A PEM file: the daemon's own certificate, then those between it and its authority.</param>
/// <param name="Key">A PEM file.</param>
internal sealed record TlsFiles(bool Verify, string Authority, string Certificate, string Key);
