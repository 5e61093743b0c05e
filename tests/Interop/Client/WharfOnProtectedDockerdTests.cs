using Wharf.Harness;

namespace Wharf.Interop.Client;

/// <summary>Our client above Debian's dockerd by TCP and TLS, with its words beside those of Debian's client.</summary>
public sealed class WharfOnProtectedDockerdTests : IDisposable
{
    private readonly Certificates certificates = new();
    private readonly Dockerd dockerd;
    private readonly string address;

    public WharfOnProtectedDockerdTests()
    {
        Assert.SkipUnless(File.Exists(Dockerd.Program), $"no {Dockerd.Program} on this machine");
        address = $"tcp://127.0.0.1:{FreePort.Next()}";
        dockerd = new Dockerd(["-H", address, .. certificates.ServerFlags]);
    }

    public void Dispose()
    {
        dockerd?.Dispose();
        certificates.Dispose();
    }

    [Fact]
    public void It_runs_containers_and_its_words_are_their_clients()
    {
        Command run = Wharf([.. certificates.ClientFlags, "run", "-i", "--rm", "busybox:latest", "sh", "-c", "cat; echo the end is seen; exit 6"], "typed\n");
        Assert.Equal((6, "typed\nthe end is seen\n"), (run.ExitCode, run.Output));

        Wharf([.. certificates.ClientFlags, "run", "-d", "--name", "one", "busybox:latest", "sleep", "1000"]).Succeeds();
        Command exec = Wharf([.. certificates.ClientFlags, "exec", "-i", "one", "sh", "-c", "cat; echo after; exit 5"], "typed\n");
        Assert.Equal((5, "typed\nafter\n"), (exec.ExitCode, exec.Output));
        Wharf([.. certificates.ClientFlags, "rm", "-f", "one"]).Succeeds();

        using var other = new Certificates();
        SameEnd([.. other.ClientFlags, "ps"], "x509: certificate signed by unknown authority\n");
        SameEnd(["--tlsverify", "--tlscacert", certificates.Authority, "ps"], "remote error: tls: bad certificate\n");
        SameEnd(["--tlsverify", "--tlscacert", certificates.Authority, "--tlscert", Path.Combine(other.Folder, "cert.pem"), "--tlskey", Path.Combine(other.Folder, "key.pem"), "ps"], "remote error: tls: bad certificate\n");
        SameEnd(["ps"], "Error response from daemon: Client sent an HTTP request to an HTTPS server.\n");
    }

    [Theory]
    [InlineData("", 2, "localhost", "x509: certificate is not valid for any names, but wanted to match localhost\n")]
    [InlineData("elsewhere", 2, "localhost", "x509: certificate is valid for elsewhere, not localhost\n")]
    [InlineData("localhost", -1, "127.0.0.1", "x509: certificate has expired or is not yet valid: current time ")]
    public void A_certificate_that_is_not_the_engines_is_refused(string name, int ends, string host, string words)
    {
        using var wrong = new Certificates(name, ends);
        string wrongAddress = $"tcp://127.0.0.1:{FreePort.Next()}";
        using var other = new Dockerd(["-H", wrongAddress, .. wrong.ServerFlags]);
        string[] arguments = ["-H", wrongAddress.Replace("127.0.0.1", host, StringComparison.Ordinal), .. wrong.ClientFlags, "ps"];

        Command theirs = Command.Run(Dockerd.DebianClient, arguments, null, Environment());
        Command ours = Command.Run(Programs.Wharf, arguments, null, Environment());

        Assert.Equal((1, 1), (theirs.ExitCode, ours.ExitCode));
        Assert.Contains(words, theirs.Error, StringComparison.Ordinal);
        Assert.Contains(words, ours.Error, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Environment() => new() { ["DOCKER_HOST"] = null, ["DOCKER_CONFIG"] = Path.Combine(dockerd.Root, "client") };

    private Command Wharf(string[] arguments, string? input = null) => Command.Run(Programs.Wharf, ["-H", address, .. arguments], input, Environment());

    private void SameEnd(string[] arguments, string words)
    {
        Command theirs = Command.Run(Dockerd.DebianClient, ["-H", address, .. arguments], null, Environment());
        Command ours = Wharf(arguments);

        Assert.Equal((1, 1), (theirs.ExitCode, ours.ExitCode));
        Assert.EndsWith(words, theirs.Error, StringComparison.Ordinal);
        Assert.EndsWith(words, ours.Error, StringComparison.Ordinal);

        // What both say before the request is the same too; the request names the version, which ours has not asked for yet.
        Assert.Equal(theirs.Error.Split("Get \"")[0], ours.Error.Split("Get \"")[0]);
    }
}
