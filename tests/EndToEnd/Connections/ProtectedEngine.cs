using Wharf.Harness;

namespace Wharf.EndToEnd.Connections;

/// <summary>An engine that listens on TCP with clients' certificates, without them, and without any protection.</summary>
public sealed class ProtectedEngine : IDisposable
{
    private readonly Engine protectedOne;
    private readonly Engine plainOne;

    public ProtectedEngine()
    {
        int port = FreePort.Next();
        Address = $"tcp://127.0.0.1:{port}";
        NamedAddress = $"tcp://localhost:{port}";
        protectedOne = new Engine(["-H", Address, .. Certificates.ServerFlags]);
        PlainAddress = $"tcp://127.0.0.1:{FreePort.Next()}";
        plainOne = new Engine("-H", PlainAddress, "--tls=false");
    }

    public Certificates Certificates { get; } = new();

    public string Address { get; }

    public string NamedAddress { get; }

    public string PlainAddress { get; }

    public string PlainLog => plainOne.Log("wharfd.log");

    public string Log => protectedOne.Log("wharfd.log");

    /// <summary>Nothing of the tests' own environment says where an engine is.</summary>
    public Dictionary<string, string?> Environment => new()
    {
        ["DOCKER_HOST"] = null,
        ["DOCKER_CONFIG"] = Path.Combine(protectedOne.Root, "client"),
        ["DOCKER_CLI_HINTS"] = "false",
    };

    public void Dispose()
    {
        plainOne.Dispose();
        protectedOne.Dispose();
        Certificates.Dispose();
    }
}
