using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Wharf.Daemon.Http;

/// <summary>Whether the client of a connection has shown a certificate of the authority: not before it is said.</summary>
internal sealed class ClientJudgement
{
    /// <summary>Why the client is refused; null: it is not.</summary>
    public string? Refusal { get; private set; } = "no certificate was judged";

    /// <summary>True always: the handshake goes on, for the client to be told.</summary>
    public bool Take(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        X509ChainStatusFlags status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        Refusal = certificate is null ? "client didn't provide a certificate"
            : errors == SslPolicyErrors.None && status == X509ChainStatusFlags.NoError ? null
            : status.HasFlag(X509ChainStatusFlags.NotTimeValid) ? "failed to verify certificate: x509: certificate has expired or is not yet valid"
            : status.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? "failed to verify certificate: x509: certificate specifies an incompatible key usage"
            : "failed to verify certificate: x509: certificate signed by unknown authority";
        return true;
    }
}
