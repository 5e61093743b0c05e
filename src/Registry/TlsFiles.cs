using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Wharf.Registry;

/// <summary>Certificates of files, as a connection uses them.</summary>
internal static class TlsFiles
{
    /// <exception cref="RegistryException">A file cannot be read, or is no certificate.</exception>
    public static void Apply(RegistryTls tls, SslClientAuthenticationOptions options)
    {
        if (!tls.Verify)
        {
#pragma warning disable CA5359 // only for registries that the administrator calls insecure, and loopback
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (tls.Authorities.Count > 0)
        {
            var authorities = new X509Certificate2Collection();
            foreach (string path in tls.Authorities)
            {
                Read(path, () => authorities.ImportFromPemFile(path));
                if (authorities.Count == 0)
                {
                    throw new RegistryException(RegistryErrorKind.Malformed, $"read certificate \"{path}\": no certificate is in it");
                }
            }

            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, authorities);
        }

        if (tls.Clients.Count > 0)
        {
            options.ClientCertificates = [.. tls.Clients.Select(pair => Client(pair.Certificate, pair.Key))];
        }
    }

    /// <summary>The system's authorities count as well: those of the files are added to them.</summary>
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors is SslPolicyErrors.None || certificate is not X509Certificate2 server || errors is not SslPolicyErrors.RemoteCertificateChainErrors)
        {
            return errors is SslPolicyErrors.None;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (X509ChainElement between in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(between.Certificate);
        }

        return own.Build(server);
    }

    private static X509Certificate2 Client(string certificate, string key)
    {
        X509Certificate2? read = null;
        Read(certificate, () => read = X509Certificate2.CreateFromPemFile(certificate, key));
        return read!;
    }

    private static void Read(string path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RegistryException(RegistryErrorKind.Malformed, $"read certificate \"{path}\": {RegistryTransport.LowerFirst(error.Message)}", error);
        }
    }
}
