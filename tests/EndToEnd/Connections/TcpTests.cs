using Wharf.Harness;

namespace Wharf.EndToEnd.Connections;

/// <summary>The API over TCP: with TLS and clients' certificates, and without.</summary>
public sealed class TcpTests(ProtectedEngine engine) : IClassFixture<ProtectedEngine>
{
    private const string Refused = "Error response from daemon: client authentication (--tlsverify) is enabled; check your TLS client certification settings: tls: ";

    public static TheoryData<string> Clients => ["wharf", "docker"];

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_run_has_its_streams_and_its_half_close_over_tls(string client)
    {
        Command run = Run(client, ["-H", engine.Address, .. engine.Certificates.ClientFlags, "run", "-i", "--rm", "busybox:latest", "sh", "-c", "cat; echo the end is seen; echo wrong >&2; exit 6"], input: "typed\n");

        Assert.Equal((6, "typed\nthe end is seen\n", "wrong\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Exec_and_much_output_over_tls(string client)
    {
        string name = $"tls-{client}";
        Run(client, ["-H", engine.Address, .. engine.Certificates.ClientFlags, "run", "-d", "--name", name, "busybox:latest", "sleep", "1000"]).Succeeds();
        try
        {
            Command exec = Run(client, ["-H", engine.Address, .. engine.Certificates.ClientFlags, "exec", "-i", name, "sh", "-c", "wc -c; seq 1 200000 | tail -c 1000000 | wc -c; seq 1 100000"], input: new string('x', 300_000));

            Assert.Equal(0, exec.ExitCode);
            Assert.Equal(["300000", "1000000", "1"], exec.Output.Split('\n').Take(3));
            Assert.EndsWith("99999\n100000\n", exec.Output, StringComparison.Ordinal);
        }
        finally
        {
            Run(client, ["-H", engine.Address, .. engine.Certificates.ClientFlags, "rm", "-f", name]);
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_environment_says_the_same_as_flags(string client)
    {
        Dictionary<string, string?> environment = engine.Environment;
        environment["DOCKER_HOST"] = engine.NamedAddress;
        environment["DOCKER_TLS_VERIFY"] = "1";
        environment["DOCKER_CERT_PATH"] = engine.Certificates.Folder;

        Command run = Command.Run(Program(client), ["run", "-i", "--rm", "busybox:latest", "cat"], "by name\n", environment);

        Assert.Equal((0, "by name\n"), (run.ExitCode, run.Output));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_client_without_a_certificate_is_refused(string client)
    {
        Command ps = Run(client, ["-H", engine.Address, "--tlsverify", "--tlscacert", engine.Certificates.Authority, "ps"]);

        Assert.Equal(1, ps.ExitCode);
        Assert.Equal($"{Refused}client didn't provide a certificate\n", ps.Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_client_with_a_certificate_of_another_authority_is_refused(string client)
    {
        using var other = new Certificates();

        Command ps = Run(client, ["-H", engine.Address, "--tlsverify", "--tlscacert", engine.Certificates.Authority, "--tlscert", Path.Combine(other.Folder, "cert.pem"), "--tlskey", Path.Combine(other.Folder, "key.pem"), "ps"]);

        Assert.Equal(1, ps.ExitCode);
        Assert.Equal($"{Refused}failed to verify certificate: x509: certificate signed by unknown authority\n", ps.Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_servers_certificate_is_no_clients(string client)
    {
        Command ps = Run(client, ["-H", engine.Address, "--tlsverify", "--tlscacert", engine.Certificates.Authority, "--tlscert", engine.Certificates.ServerCertificate, "--tlskey", engine.Certificates.ServerKey, "ps"]);

        Assert.Equal(1, ps.ExitCode);
        Assert.Equal($"{Refused}failed to verify certificate: x509: certificate specifies an incompatible key usage\n", ps.Error);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void An_engine_of_another_authority_is_refused(string client)
    {
        using var other = new Certificates();

        Command ps = Run(client, ["-H", engine.Address, .. other.ClientFlags, "ps"]);

        Assert.Equal(1, ps.ExitCode);
        Assert.StartsWith("error during connect: Get \"https://", ps.Error, StringComparison.Ordinal);
        Assert.EndsWith("x509: certificate signed by unknown authority\n", ps.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_client_that_speaks_no_tls_is_told_so(string client)
    {
        Command ps = Run(client, ["-H", engine.Address, "ps"]);

        Assert.Equal((1, "Error response from daemon: Client sent an HTTP request to an HTTPS server.\n"), (ps.ExitCode, ps.Error));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Without_protection_the_same_commands_run_and_the_daemon_has_warned(string client)
    {
        Command run = Run(client, ["-H", engine.PlainAddress, "run", "-i", "--rm", "busybox:latest", "sh", "-c", "cat; echo after"], input: "plain\n");

        Assert.Equal((0, "plain\nafter\n"), (run.ExitCode, run.Output));
        Assert.Contains($"listen on \"{engine.PlainAddress}\": Binding to IP address without --tlsverify is insecure and gives root access on this machine to everyone who has access to your network.", engine.PlainLog, StringComparison.Ordinal);
        Assert.DoesNotContain("insecure", engine.Log, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void An_engine_that_speaks_no_tls_is_refused(string client)
    {
        Command ps = Run(client, ["-H", engine.PlainAddress, .. engine.Certificates.ClientFlags, "ps"]);

        Assert.Equal(1, ps.ExitCode);
        Assert.EndsWith("http: server gave HTTP response to HTTPS client\n", ps.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("open {0}/none.pem: no such file or directory", "--tlscacert", "{0}/none.pem")]
    [InlineData("open {0}/none.pem: no such file or directory", "--tlscacert", "{0}/ca.pem", "--tlscert", "{0}/none.pem", "--tlskey", "{0}/key.pem")]
    [InlineData("failed to retrieve context tls info: tls: private key does not match public key", "--tlscacert", "{0}/ca.pem", "--tlscert", "{0}/cert.pem", "--tlskey", "{0}/server-key.pem")]
    [InlineData("failed to retrieve context tls info: key.pem seems invalid", "--tlscacert", "{0}/key.pem")]
    public void Files_that_do_not_fit_are_named(string words, params string[] flags)
    {
        string Filled(string text) => text.Replace("{0}", engine.Certificates.Folder, StringComparison.Ordinal);

        Command ps = Run("wharf", ["-H", engine.Address, "--tlsverify", .. flags.Select(Filled), "ps"]);

        Assert.Equal(1, ps.ExitCode);
        Assert.StartsWith("Failed to initialize: ", ps.Error, StringComparison.Ordinal);
        Assert.EndsWith(Filled(words) + "\n", ps.Error, StringComparison.Ordinal);
    }

    private static string Program(string client) => client == "wharf" ? Programs.Wharf : client;

    private Command Run(string client, string[] arguments, string? input = null) => Command.Run(Program(client), arguments, input, engine.Environment);
}
