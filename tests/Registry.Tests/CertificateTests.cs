using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Wharf.Harness;
using Wharf.Oci.References;

namespace Wharf.Registry.Tests;

/// <summary>What no further attempt can mend is said at once.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly Certificates certificates = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private int connections;

    public void Dispose()
    {
        listener.Dispose();
        certificates.Dispose();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_certificate_that_nobody_vouches_for_is_no_matter_of_patience(SslProtocols version)
    {
        listener.Start();
        Task serving = ServeAsync(version);
        using var client = new RegistryClient(new RegistryOptions { RetryDelay = TimeSpan.FromMinutes(1), LongestRetryDelay = TimeSpan.FromMinutes(1) });
        string authority = $"localhost:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var endpoint = new RegistryEndpoint(new Uri($"https://{authority}/"), Verify: true);
        using RegistryRepository repository = client.Open(ImageReference.Parse($"{authority}/a/b"), [endpoint], (_, _) => Task.FromResult<RegistryCredentials?>(null), push: false);

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(() => repository.GetManifestAsync("v1", TestContext.Current.CancellationToken));

        Assert.Equal(RegistryErrorKind.Unreachable, error.Kind);
        Assert.StartsWith($"Get \"https://{authority}/v2/a/b/manifests/v1\": ", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, connections);
        listener.Stop();
        await serving;
    }

    /// <summary>A server with a certificate of an unknown authority, until the listener stops.</summary>
    private async Task ServeAsync(SslProtocols version)
    {
        using X509Certificate2 own = X509Certificate2.CreateFromPemFile(certificates.ServerCertificate, certificates.ServerKey);
        try
        {
            while (true)
            {
                using TcpClient peer = await listener.AcceptTcpClientAsync();
                connections++;
                await using var stream = new SslStream(peer.GetStream());
                try
                {
                    await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                    {
                        ServerCertificate = own,
                        EnabledSslProtocols = version,
                    });
                }
                catch (Exception error) when (error is AuthenticationException or IOException)
                {
                    // Refused by the client.
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
