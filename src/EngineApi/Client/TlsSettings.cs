using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Wharf.EngineApi.Client;

/// <summary>How a TCP connection to an engine is protected: whom this client trusts, and what it shows of itself.</summary>
public sealed class TlsSettings
{
    private TlsSettings(bool verify, X509Certificate2Collection authorities, X509Certificate2? certificate)
    {
        Verify = verify;
        Authorities = authorities;
        Certificate = certificate;
    }

    internal bool Verify { get; }

    internal X509Certificate2Collection Authorities { get; }

    internal X509Certificate2? Certificate { get; }

    /// <param name="verify">Whether the engine has to show a certificate of an authority of the file.</param>
    /// <param name="authority">A PEM file; null: the system's own authorities.</param>
    /// <param name="certificate">A PEM file with this client's certificate; without it or its key the client shows none.</param>
    /// <param name="key">A PEM file with its key.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="FormatException">A file does not hold what it should.</exception>
    public static TlsSettings Load(bool verify, string? authority, string? certificate, string? key)
    {
        var authorities = new X509Certificate2Collection();
        if (authority is null)
        {
            return new TlsSettings(verify, authorities, certificate is null || key is null ? null : Pair(certificate, key));
        }

        try
        {
            authorities.ImportFromPem(Read(authority));
        }
        catch (CryptographicException)
        {
            authorities.Clear();
        }

        return authorities.Count == 0
            ? throw new FormatException($"{Path.GetFileName(authority)} seems invalid")
            : new TlsSettings(verify, authorities, certificate is null || key is null ? null : Pair(certificate, key));
    }

    private static X509Certificate2 Pair(string certificate, string key)
    {
        string shown = Read(certificate);
        string secret = Read(key);
        try
        {
            return X509Certificate2.CreateFromPem(shown, secret);
        }
        catch (ArgumentException)
        {
            throw new FormatException("tls: private key does not match public key");
        }
        catch (CryptographicException error)
        {
            throw new FormatException($"tls: certificate \"{certificate}\" and key \"{key}\": {error.Message.TrimEnd('.')}", error);
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"open {path}: no such file or directory", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"open {path}: permission denied", error);
        }
    }
}
