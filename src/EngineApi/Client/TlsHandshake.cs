using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Wharf.EngineApi.Client;

/// <summary>Protects a connection, and says in docker's words why that did not do.</summary>
internal sealed class TlsHandshake(string host, TlsSettings settings)
{
    private string? refusal;

    /// <exception cref="IOException">The engine is not who it should be, or speaks no TLS.</exception>
    internal SslStream Run(Socket socket)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            CertificateChainPolicy = Policy(settings.Authorities),

            // --tls without --tlsverify: protected from listeners, not from impostors, and asked for as such.
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => !settings.Verify || Accepts(certificate, chain, errors),
        };
        if (settings.Certificate is { } certificate)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        }

        try
        {
            stream.AuthenticateAsClient(options);
            return stream;
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            stream.Dispose();
            throw new IOException(refusal ?? Words(error), error);
        }
    }

    /// <summary>What an error of a protected connection means; null when it is not about the protection.</summary>
    internal static string? Explain(Exception error)
    {
        // A client's certificate is refused after the handshake of TLS 1.3, while the first request is under way.
        const string hint = "the server probably has client authentication (--tlsverify) enabled; check your TLS client certification settings";
        string? alert = Alert(error);
        bool isOfCertificate = alert is "bad certificate" or "certificate required" or "unknown certificate authority" or "unknown certificate" or "expired certificate";
        return alert is null ? null : $"{(isOfCertificate ? hint : "error during connect")}: {{0}}: remote error: tls: {alert}";
    }

    private static X509ChainPolicy Policy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = authorities.Count > 0 ? X509ChainTrustMode.CustomRootTrust : X509ChainTrustMode.System, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private bool Accepts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.None)
        {
            refusal = "tls: failed to verify certificate: " + Cause(certificate as X509Certificate2, chain, errors);
        }

        return refusal is null;
    }

    private string Cause(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "the server shows no certificate";
        }

        X509ChainStatusFlags status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        return status.HasFlag(X509ChainStatusFlags.NotTimeValid) ? $"x509: certificate has expired or is not yet valid: {Validity(certificate)}"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? NameMismatch(certificate)
            : status.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? "x509: certificate specifies an incompatible key usage"
            : "x509: certificate signed by unknown authority";
    }

    private static string Validity(X509Certificate2 certificate)
    {
        const string format = "yyyy-MM-dd'T'HH:mm:ss'Z'";
        DateTime now = DateTime.UtcNow;
        (string order, DateTime limit) = now > certificate.NotAfter.ToUniversalTime() ? ("after", certificate.NotAfter) : ("before", certificate.NotBefore);
        return string.Create(CultureInfo.InvariantCulture, $"current time {now.ToString(format, CultureInfo.InvariantCulture)} is {order} {limit.ToUniversalTime().ToString(format, CultureInfo.InvariantCulture)}");
    }

    private string NameMismatch(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        bool isAddress = IPAddress.TryParse(host, out _);
        string[] valid = names is null ? [] : isAddress ? [.. names.EnumerateIPAddresses().Select(one => one.ToString())] : [.. names.EnumerateDnsNames()];
        return valid.Length > 0 ? $"x509: certificate is valid for {string.Join(", ", valid)}, not {host}"
            : isAddress ? $"x509: cannot validate certificate for {host} because it doesn't contain any IP SANs"
            : $"x509: certificate is not valid for any names, but wanted to match {host}";
    }

    private static string Words(Exception error) =>
        Alert(error) is { } alert ? "remote error: tls: " + alert
        : Causes(error).Any(cause => cause.Message.Contains("wrong version number", StringComparison.Ordinal) || cause.Message.Contains("Cannot determine the frame size", StringComparison.Ordinal))
            ? "http: server gave HTTP response to HTTPS client"
        : error is IOException ? "EOF"
        : $"tls: {error.GetBaseException().Message.TrimEnd('.')}";

    /// <summary>The alert that the other side sent (RFC 8446, 6), as Go names it; OpenSSL's text names it last.</summary>
    private static string? Alert(Exception error)
    {
        foreach (Exception cause in Causes(error))
        {
            int at = cause.Message.IndexOf(" alert ", StringComparison.Ordinal);
            if (at >= 0)
            {
                string name = cause.Message[(at + " alert ".Length)..].TrimEnd('.', ' ');
                return name switch
                {
                    "unknown ca" => "unknown certificate authority",
                    "certificate unknown" => "unknown certificate",
                    "certificate expired" => "expired certificate",
                    "protocol version" => "protocol version not supported",
                    _ => name,
                };
            }
        }

        return null;
    }

    private static IEnumerable<Exception> Causes(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
