using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Wharf.EngineApi.Client;

/// <summary>Opens connections to one engine.</summary>
internal sealed class Connector(EngineAddress address, TlsSettings? tls)
{
    /// <exception cref="UnreachableException">Nobody listens there, or this user may not connect.</exception>
    internal Connection Open()
    {
        Socket? socket = null;
        try
        {
            if (address.Path is { } path)
            {
                socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Connect(new UnixDomainSocketEndPoint(path.StartsWith('@') ? '\0' + path[1..] : path));
            }
            else
            {
                socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                if (IPAddress.TryParse(address.Host, out IPAddress? literal))
                {
                    socket.Connect(literal, address.Port);
                }
                else
                {
                    socket.Connect(address.Host, address.Port);
                }
            }

            return new Connection(socket, tls is null ? null : Protect(socket, tls));
        }
        catch (Exception error) when (error is not UnreachableException)
        {
            socket?.Dispose();
            throw new UnreachableException(Describe(error), error);
        }
    }

    private string Describe(Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            $"permission denied while trying to connect to the Docker daemon socket at {address.Text}",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            $"error during connect: lookup {address.Host}: no such host",
        ArgumentOutOfRangeException => $"error during connect: socket path \"{address.Path}\" is longer than 107 bytes",
        SocketException => $"Cannot connect to the Docker daemon at {address.Text}. Is the docker daemon running?",
        _ => $"error during connect: {address.Text}: {error.Message}",
    };

    private SslStream Protect(Socket socket, TlsSettings settings)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        var options = new SslClientAuthenticationOptions { TargetHost = address.Host };
        if (settings.Certificate is { } certificate && settings.Key is { } key && File.Exists(certificate) && File.Exists(key))
        {
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)];
        }

        if (!settings.Verify)
        {
            // --tls without --tlsverify: protected from listeners, not from impostors, and asked for as such.
#pragma warning disable CA5359
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (settings.Authority is { } authority)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authority);
            options.CertificateChainPolicy = policy;
        }

        stream.AuthenticateAsClient(options);
        return stream;
    }
}
