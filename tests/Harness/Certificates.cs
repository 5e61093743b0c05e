using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Wharf.Harness;

/// <summary>An authority with a server's and a client's certificate, as files under the names that docker's clients look for.</summary>
public sealed class Certificates : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private readonly TemporaryDirectory folder = new();

    /// <param name="serverName">Who the server's certificate is for besides 127.0.0.1; empty: for nobody else.</param>
    /// <param name="serverEnds">When it ends, in days from now.</param>
    public Certificates(string serverName = "localhost", int serverEnds = 2)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid()}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        using X509Certificate2 authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10));
        File.WriteAllText(Authority, authority.ExportCertificatePem());
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        if (serverName.Length > 0)
        {
            names.AddDnsName(serverName);
        }

        Issue(authority, "server", ServerUse, names, serverEnds, ServerCertificate, ServerKey);
        Issue(authority, "client", ClientUse, null, 2, Path.Combine(Folder, "cert.pem"), Path.Combine(Folder, "key.pem"));
    }

    /// <summary>For DOCKER_CERT_PATH: ca.pem, and the client's cert.pem and key.pem.</summary>
    public string Folder => folder.Path;

    public string Authority => folder["ca.pem"];

    public string ServerCertificate => folder["server-cert.pem"];

    public string ServerKey => folder["server-key.pem"];

    /// <summary>Flags of dockerd and wharfd.</summary>
    public string[] ServerFlags => ["--tlsverify", "--tlscacert", Authority, "--tlscert", ServerCertificate, "--tlskey", ServerKey];

    /// <summary>Flags of docker and wharf.</summary>
    public string[] ClientFlags => ["--tlsverify", "--tlscacert", Authority, "--tlscert", folder["cert.pem"], "--tlskey", folder["key.pem"]];

    public void Dispose() => folder.Dispose();

    private static void Issue(X509Certificate2 authority, string name, string use, SubjectAlternativeNameBuilder? names, int ends, string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        if (names is not null)
        {
            request.CertificateExtensions.Add(names.Build());
        }

        using X509Certificate2 certificate = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(ends), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
    }
}
