namespace Wharf.Registry;

/// <summary>How TLS is spoken with one place. Files are PEM, and read when the first connection is made.</summary>
/// <param name="Verify">The server's certificate has to be trusted.</param>
/// <param name="Authorities">Files with certificates that are trusted beside the system's.</param>
/// <param name="Clients">Files with the client's own certificate and its key, which may be one file.</param>
public sealed record RegistryTls(bool Verify, IReadOnlyList<string> Authorities, IReadOnlyList<(string Certificate, string Key)> Clients)
{
    public static RegistryTls Verifying { get; } = new(true, [], []);

    public static RegistryTls Trusting { get; } = new(false, [], []);
}
