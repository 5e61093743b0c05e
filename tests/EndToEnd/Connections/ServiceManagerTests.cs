using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Connections;

/// <summary>What a service manager does with a daemon: it hands sockets over, hears when it is ready, has it read its file again, and is asked for figures.</summary>
public sealed class ServiceManagerTests : IDisposable
{
    // What systemd does for a socket unit: the socket is descriptor 3, and the environment says so.
    private const string Activation = "import os,socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(9); os.dup2(s.fileno(),3); os.set_inheritable(3,True); os.environ.update(LISTEN_FDS='1',LISTEN_PID=str(os.getpid())); os.execv(sys.argv[2],sys.argv[2:])";
    private readonly Engine engine = new();
    private Process? daemon;

    public void Dispose()
    {
        if (daemon is { HasExited: false })
        {
            daemon.Kill();
            daemon.WaitForExit();
        }

        daemon?.Dispose();
        engine.Dispose();
    }

    [Fact]
    public async Task A_daemon_takes_a_socket_says_that_it_is_ready_and_reads_its_file_again()
    {
        engine.StopDaemon();
        string activated = Path.Combine(engine.Root, "activated.sock");
        string notify = Path.Combine(engine.Root, "notify.sock");
        string file = Path.Combine(engine.Root, "daemon.json");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        manager.Bind(new UnixDomainSocketEndPoint(notify));
        string port = FreePort();
        await File.WriteAllTextAsync(file, """{"labels":["place=here"]}""", TestContext.Current.CancellationToken);

        daemon = Command.Start(
            "python3",
            ["-c", Activation, activated, Programs.Daemon, "-H", "fd://", "--data-root", Path.Combine(engine.Root, "lib-wharf"), "--exec-root", Path.Combine(engine.Root, "run-wharf"), "--pidfile", Path.Combine(engine.Root, "wharfd.pid"), "--containerd", engine.ContainerdSocket, "--bridge", "none", "--config-file", file, "--metrics-addr", "127.0.0.1:" + port],
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = notify });

        Assert.Equal("READY=1", Told(manager));

        // It has no network, so it has no firewall either.
        Assert.DoesNotContain(engine.FirewallTable, Command.Run("nft", "list", "tables").Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal(("place=here", false), Info(activated));

        await File.WriteAllTextAsync(file, """{"labels":["place=there"],"debug":true}""", TestContext.Current.CancellationToken);
        Signal("HUP");
        var limit = Stopwatch.StartNew();
        while (Info(activated) != ("place=there", true))
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(20), "the file is not read again");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Contains("engine_daemon_container_states_containers{state=\"running\"} 0", Command.Run("curl", "-s", $"http://127.0.0.1:{port}/metrics").Succeeds().Output, StringComparison.Ordinal);

        Signal("TERM");
        string last = Told(manager);
        while (last != "STOPPING=1")
        {
            last = Told(manager);
        }

        await daemon.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, daemon.ExitCode);
    }

    private static string Told(Socket manager)
    {
        byte[] message = new byte[4096];
        return Encoding.UTF8.GetString(message, 0, manager.Receive(message));
    }

    private static (string Label, bool Debug) Info(string socket)
    {
        JsonElement info = JsonDocument.Parse(Command.Run("curl", "-s", "--unix-socket", socket, "http://wharf/info").Succeeds().Output).RootElement;
        return (info.GetProperty("Labels")[0].GetString()!, info.GetProperty("Debug").GetBoolean());
    }

    private static string FreePort()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
    }

    private void Signal(string name) => Command.Run("kill", "-" + name, daemon!.Id.ToString(CultureInfo.InvariantCulture)).Succeeds();
}
