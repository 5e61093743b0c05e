using Wharf.Harness;

namespace Wharf.EndToEnd.Connections;

/// <summary>Who may use the unix socket, and what a daemon says that cannot listen.</summary>
public sealed class SocketTests : IDisposable
{
    private readonly TemporaryDirectory folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_socket_is_for_root_and_the_group_docker()
    {
        using var engine = new Engine();
        string[]? docker = File.ReadLines("/etc/group").Select(line => line.Split(':')).FirstOrDefault(fields => fields[0] == "docker");

        Assert.Equal($"660 0 {docker?[2] ?? "0"} socket", Stat(engine.Socket));
    }

    [Fact]
    public void A_group_is_named_or_numbered()
    {
        using var named = new Engine("--group", "daemon");
        using var numbered = new Engine("-G", "12345");

        Assert.Equal($"660 0 {File.ReadLines("/etc/group").Select(line => line.Split(':')).First(fields => fields[0] == "daemon")[2]} socket", Stat(named.Socket));
        Assert.Equal("660 0 12345 socket", Stat(numbered.Socket));
    }

    [Fact]
    public void The_group_may_use_it_and_others_may_not()
    {
        using var engine = new Engine("-G", "12345");
        Command.Run("chmod", "755", engine.Root).Succeeds();

        Assert.Equal(0, As("12345", engine).ExitCode);
        Command other = As("12346", engine);

        Assert.Equal(1, other.ExitCode);
        Assert.Contains($"permission denied while trying to connect to the Docker daemon socket at {engine.Host}", other.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("group no-such-group not found", "--group", "no-such-group")]
    [InlineData("listen on \"ftp://x\": expected unix://PATH or tcp://ADDRESS:PORT", "-H", "ftp://x")]
    [InlineData("listen on \"tcp://127.0.0.1:99999\": expected unix://PATH or tcp://ADDRESS:PORT", "-H", "tcp://127.0.0.1:99999", "--tls=false")]
    [InlineData("listen on \"tcp://127.0.0.1:1\": whoever reaches it is root on this machine", "-H", "tcp://127.0.0.1:1")]
    [InlineData("listen on \"fd://\": no sockets found via socket activation", "-H", "fd://")]
    [InlineData("invalid TLS configuration: could not load X509 key pair (cert: \"/nowhere/cert.pem\", key: \"/nowhere/key.pem\")", "--tls", "--tlscert", "/nowhere/cert.pem", "--tlskey", "/nowhere/key.pem")]
    public void A_daemon_that_cannot_listen_says_why(string words, params string[] flags)
    {
        Command daemon = Command.Run(Programs.Daemon, ["--data-root", folder["lib"], "--exec-root", folder["run"], "--pidfile", folder["pid"], "--containerd", folder["none.sock"], "--bridge", "none", .. flags], timeout: TimeSpan.FromSeconds(30));

        Assert.Equal(1, daemon.ExitCode);
        Assert.Contains("wharfd: " + words, daemon.Error, StringComparison.Ordinal);
    }

    private static string Stat(string path) => Command.Run("stat", "-c", "%a %u %g %F", path).Succeeds().Output.Trim();

    private static Command As(string group, Engine engine) =>
        engine.Client("setpriv", ["--reuid", "12399", "--regid", group, "--clear-groups", Programs.Wharf, "ps"]);
}
