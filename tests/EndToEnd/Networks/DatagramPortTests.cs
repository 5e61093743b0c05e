using System.Diagnostics;
using System.Globalization;
using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>Published ports of other protocols than TCP: the container answers with the address that it sees.</summary>
public sealed class DatagramPortTests : IClassFixture<NetworkedHost>, IDisposable
{
    // One INIT to a port, with the checksum that the kernel's connection tracking looks at.
    private const string SendInit =
        """
        import socket, struct, sys
        def crc(data):
            c = 0xffffffff
            for b in data:
                c ^= b
                for _ in range(8): c = (c >> 1) ^ (0x82f63b78 if c & 1 else 0)
            return c ^ 0xffffffff
        chunk = struct.pack('>BBHIIHHI', 1, 0, 20, 0x1234, 65535, 1, 1, 1)
        head = struct.pack('>HHI', 4444, int(sys.argv[2]), 0)
        packet = head + struct.pack('<I', crc(head + bytes(4) + chunk)) + chunk
        socket.socket(socket.AF_INET, socket.SOCK_RAW, 132).sendto(packet, (sys.argv[1], 0))
        """;

    private const string ReceiveInit =
        """
        import socket, struct, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132)
        s.settimeout(10)
        print('ready', flush=True)
        packet = s.recv(4096)
        start = (packet[0] & 15) * 4
        print(socket.inet_ntoa(packet[12:16]), *struct.unpack('>HH', packet[start:start + 4]))
        """;

    private readonly NetworkedHost host;
    private readonly List<Process> servers = [];

    public DatagramPortTests(NetworkedHost host) => this.host = host;

    [Fact]
    public void Datagrams_reach_a_range_from_everywhere_with_their_true_source_and_answers_come_back()
    {
        host.Docker("network", "create", "one").Succeeds();
        Sleep("echo", "one", "-p", "8110-8112:7-9/udp");
        Sleep("same", "one");
        foreach (string port in new[] { "7", "9" })
        {
            Serve("echo", port);
        }

        Assert.Equal(NetworkedHost.NeighbourAddress, Ask(["ip", "netns", "exec", host.NeighbourName], $"UDP4:{NetworkedHost.HostAddress}:8110"));
        Assert.Equal(NetworkedHost.NeighbourAddress, Ask(["ip", "netns", "exec", host.NeighbourName], $"UDP4:{NetworkedHost.HostAddress}:8112"));
        Assert.Equal("2001:0db8:0077:0000:0000:0000:0000:0002", Ask(["ip", "netns", "exec", host.NeighbourName], $"UDP6:[{NetworkedHost.HostAddress6}]:8110"));
        Assert.NotEmpty(Ask(["ip", "netns", "exec", host.HostName], $"UDP4:{NetworkedHost.HostAddress}:8110"));
        Assert.NotEmpty(Ask(["ip", "netns", "exec", host.HostName], "UDP4:127.0.0.1:8110"));
        Assert.NotEmpty(Ask(["ip", "netns", "exec", host.HostName], "UDP6:[::1]:8110"));
        foreach (string container in new[] { "same", "echo" })
        {
            Assert.NotEmpty(Ask(Inside(container), $"UDP4:{NetworkedHost.HostAddress}:8110"));
        }
    }

    [Fact]
    public void A_random_port_is_one_for_both_families_and_again_the_containers_after_a_restart_of_the_daemon()
    {
        Sleep("echo", "bridge", "-p", "7/udp");
        Serve("echo", "7");
        string port = host.Docker("port", "echo", "7/udp").Succeeds().Output.Split('\n')[0].Split(':')[^1];
        Assert.Equal(NetworkedHost.NeighbourAddress, Ask(["ip", "netns", "exec", host.NeighbourName], $"UDP4:{NetworkedHost.HostAddress}:{port}"));
        host.Engine.KillDaemon();
        host.Engine.StartDaemon();
        Assert.Equal(NetworkedHost.NeighbourAddress, Ask(["ip", "netns", "exec", host.NeighbourName], $"UDP4:{NetworkedHost.HostAddress}:{port}"));
        Assert.Contains("port is already allocated", host.Docker("run", "--rm", "-p", port + ":7/udp", "busybox:latest", "true").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Sctp_takes_the_kernels_path_also_where_the_host_has_no_such_sockets()
    {
        Sleep("assoc", "bridge", "-p", "8120:80/sctp");
        using Process receiver = Command.Start(Inside("assoc")[0], [.. Inside("assoc")[1..], "python3", "-c", ReceiveInit]);
        Assert.Equal("ready", receiver.StandardOutput.ReadLine());
        host.OnNeighbour("python3", "-c", SendInit, NetworkedHost.HostAddress, "8120").Succeeds();
        Assert.Equal(NetworkedHost.NeighbourAddress + " 4444 80", receiver.StandardOutput.ReadLine());
        receiver.WaitForExit();
    }

    public void Dispose()
    {
        foreach (Process one in servers)
        {
            one.Kill();
            one.WaitForExit();
            one.Dispose();
        }

        string[] containers = host.Docker("ps", "-aq").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (containers.Length > 0)
        {
            host.Docker(["rm", "-f", .. containers]);
        }

        host.Docker("network", "prune", "-f");
    }

    private void Sleep(string name, string network, params string[] options) =>
        host.Docker(["run", "-d", "--name", name, "--network", network, .. options, "busybox:latest", "sleep", "600"]).Succeeds();

    private string[] Inside(string container) => ["nsenter", "-t", host.Docker("inspect", "-f", "{{.State.Pid}}", container).Succeeds().Output.Trim(), "-n"];

    private void Serve(string container, string port)
    {
        string[] inside = Inside(container);
        foreach (string family in new[] { "4", "6,ipv6-v6only" })
        {
            servers.Add(Command.Start(inside[0], [.. inside[1..], "socat", string.Create(CultureInfo.InvariantCulture, $"UDP{family[0]}-RECVFROM:{port},fork{family[1..]}"), "SYSTEM:echo $SOCAT_PEERADDR"]));
        }
    }

    /// <summary>The first answer; a server that has not begun yet is asked again.</summary>
    private static string Ask(string[] from, string target)
    {
        for (int tries = 0; ; tries++)
        {
            string answer = Command.Run(from[0], [.. from[1..], "sh", "-c", $"echo hello | socat -t 0.3 - {target}"]).Output.Trim().Trim('[', ']');
            if (answer.Length > 0 || tries == 10)
            {
                return answer;
            }
        }
    }
}
