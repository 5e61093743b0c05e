using System.Diagnostics;
using System.Net.Sockets;

namespace Wharf.Harness;

/// <summary>The registry of Debian's package docker-registry on a port of a test's own.</summary>
public sealed class DockerRegistry : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    public DockerRegistry()
        : this(tls: null)
    {
    }

    /// <summary>One that speaks TLS and asks for a client's certificate.</summary>
    public DockerRegistry(Certificates? tls)
    {
        string secured = tls is null ? string.Empty : $$""", tls: {certificate: "{{tls.ServerCertificate}}", key: "{{tls.ServerKey}}", clientcas: ["{{tls.Authority}}"] }""";
        int port = FreePort.Next();
        Authority = $"127.0.0.1:{port}";
        File.WriteAllText(_directory["config.yml"], $$"""
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: "{{_directory["blobs"]}}" } }
            http: {addr: "{{Authority}}"{{secured}} }
            """);
        _process = Command.Start("docker-registry", ["serve", _directory["config.yml"]]);
        var limit = Stopwatch.StartNew();
        while (!Answers(port))
        {
            if (_process.HasExited || limit.Elapsed > TimeSpan.FromSeconds(20))
            {
                Dispose();
                throw new InvalidOperationException("docker-registry does not answer");
            }

            Thread.Sleep(20);
        }
    }

    public string Authority { get; }

    /// <summary>The folder that it keeps everything in.</summary>
    public string Blobs => _directory["blobs"];

    /// <summary>Copies an image in; the source is one of skopeo's.</summary>
    public void Add(string source, string name, params string[] flags) =>
        Command.Run("skopeo", ["--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", .. flags, source, $"docker://{Authority}/{name}"]).Succeeds();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _directory.Dispose();
    }

    private static bool Answers(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
