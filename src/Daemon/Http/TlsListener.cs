using System.Globalization;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Wharf.Daemon.Configuration;

namespace Wharf.Daemon.Http;

/// <summary>
/// TLS on an address, and clients' certificates when they are asked for. The handshake takes any of them, and what it proved is
/// judged before the first request is read: SslStream has no way to send an alert on Linux, and a client that is only hung up on
/// cannot say why.
/// </summary>
internal sealed class TlsListener
{
    private const byte HandshakeRecord = 0x16;
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private static readonly byte[] NotProtected = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"u8.ToArray();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly SslStreamCertificateContext own;
    private readonly X509Certificate2Collection? authorities;

    /// <exception cref="EngineException">A file is missing, or does not hold what it should.</exception>
    public TlsListener(TlsFiles files)
    {
        X509Certificate2 certificate = Own(files);
        own = SslStreamCertificateContext.Create(certificate, [.. Certificates(files.Certificate).Skip(1)], offline: true);
        authorities = files.Verify ? Certificates(files.Authority) : null;
    }

    public void Protect(ListenOptions listen)
    {
        listen.Use(RefusePlainText);
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = context => ValueTask.FromResult(Options(context.Connection)) });
        if (authorities is not null)
        {
            listen.Use(RefuseStrangers);
        }
    }

    private SslServerAuthenticationOptions Options(ConnectionContext connection)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = own,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],

            // A resumed session would bring a judgement of before.
            AllowTlsResume = false,
        };
        if (authorities is not null)
        {
            // Only the authority of the file: the system's own would let in whoever has a certificate of theirs.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            policy.ApplicationPolicy.Add(new Oid(ClientUse));
            var judgement = new ClientJudgement();
            connection.Features.Set(judgement);
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = policy;
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => judgement.Take(certificate, chain, errors);
        }

        return options;
    }

    /// <summary>A client that speaks no TLS is told so in a language that it knows.</summary>
    private static ConnectionDelegate RefusePlainText(ConnectionDelegate next) => async connection =>
    {
        PipeReader input = connection.Transport.Input;
        ReadResult first = await input.ReadAsync(connection.ConnectionClosed).ConfigureAwait(false);
        bool isPlain = !first.Buffer.IsEmpty && first.Buffer.FirstSpan[0] != HandshakeRecord;
        input.AdvanceTo(isPlain ? first.Buffer.End : first.Buffer.Start);
        if (isPlain)
        {
            await connection.Transport.Output.WriteAsync(NotProtected, connection.ConnectionClosed).ConfigureAwait(false);
        }
        else if (!first.Buffer.IsEmpty)
        {
            await next(connection).ConfigureAwait(false);
        }
    };

    /// <summary>Whoever the authority does not vouch for gets one answer to whatever it asks.</summary>
    private static ConnectionDelegate RefuseStrangers(ConnectionDelegate next) => async connection =>
    {
        string? refusal = connection.Features.Get<ClientJudgement>() is { } judgement ? judgement.Refusal : "no handshake";
        if (refusal is null)
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new ErrorBody { Message = $"client authentication (--tlsverify) is enabled; check your TLS client certification settings: tls: {refusal}" },
            HttpJson.Default.ErrorBody);
        string head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        end.CancelAfter(Patience);

        // Its request first: who is hung up on with bytes unread may never see the answer.
        ReadResult request = await connection.Transport.Input.ReadAsync(end.Token).ConfigureAwait(false);
        connection.Transport.Input.AdvanceTo(request.Buffer.End);
        await connection.Transport.Output.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], end.Token).ConfigureAwait(false);
    };

    private static X509Certificate2 Own(TlsFiles files)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new EngineException(
                EngineErrorKind.InvalidParameter,
                $"invalid TLS configuration: could not load X509 key pair (cert: \"{files.Certificate}\", key: \"{files.Key}\"): {error.Message.TrimEnd('.')}. Make sure the key is not encrypted",
                error);
        }
    }

    private static X509Certificate2Collection Certificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid TLS configuration: could not read certificate \"{path}\": {error.Message.TrimEnd('.')}", error);
        }

        return certificates.Count > 0 ? certificates : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid TLS configuration: \"{path}\" holds no certificate");
    }
}
