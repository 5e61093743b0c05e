using System.Globalization;
using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>
/// An engine on a host of its own: a network namespace with a neighbour, which is another one. Nothing that a test does to the
/// firewall there is felt by another engine of the machine.
/// </summary>
public sealed class NetworkedHost : IDisposable
{
    private static int count;
    private readonly string name;

    public NetworkedHost()
        : this([])
    {
    }

    /// <param name="flags">Of wharfd, besides those that every test gives it.</param>
    internal NetworkedHost(IReadOnlyList<string> flags)
    {
        name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId:x}{Interlocked.Increment(ref count):x}");
        foreach (string one in new[] { HostName, NeighbourName })
        {
            Command.Run("ip", "netns", "add", one).Succeeds();
            Command.Run("ip", "-n", one, "link", "set", "lo", "up").Succeeds();
        }

        Command.Run("ip", "-n", HostName, "link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", NeighbourName).Succeeds();
        Configure(HostName, HostAddress, HostAddress6);
        Configure(NeighbourName, NeighbourAddress, NeighbourAddress6);
        Engine = new Engine(HostName, ["--default-address-pool", "base=10.66.0.0/16,size=24", .. flags]);
    }

    /// <summary>Addresses of the link between the two: documentation prefixes, which no other network has.</summary>
    public static string HostAddress => "198.51.100.1";

    public static string NeighbourAddress => "198.51.100.2";

    public static string HostAddress6 => "2001:db8:77::1";

    public static string NeighbourAddress6 => "2001:db8:77::2";

    public Engine Engine { get; }

    public string HostName => "wh" + name;

    public string NeighbourName => "wn" + name;

    public Command OnHost(params string[] command) => Command.Run("ip", ["netns", "exec", HostName, .. command]);

    public Command OnNeighbour(params string[] command) => Command.Run("ip", ["netns", "exec", NeighbourName, .. command]);

    public Command Docker(params string[] arguments) => Engine.Docker(arguments);

    /// <summary>Starts a container that answers on port 80 with who asks: "peer ADDRESS".</summary>
    public void Serve(string container, params string[] options) => Docker(
        [
            "run", "-d", "--name", container, .. options, "busybox:latest", "sh", "-c",
            """mkdir -p /w/cgi-bin; printf '#!/bin/sh\necho; echo "$SELF to $REMOTE_ADDR"\n' >/w/cgi-bin/a; chmod +x /w/cgi-bin/a; export SELF=$(hostname); exec httpd -f -p 80 -h /w""",
        ]).Succeeds();

    /// <summary>Asks a server made by <see cref="Serve"/>: what it answers, empty when there is no answer.</summary>
    public static string Ask(Func<string[], Command> from, string address)
    {
        ArgumentNullException.ThrowIfNull(from);
        Command answer = from(["busybox", "timeout", "3", "busybox", "wget", "-q", "-O", "-", $"http://{address}/cgi-bin/a"]);
        return answer.ExitCode == 0 ? answer.Output.Trim() : "";
    }

    /// <summary>The same, until the server has begun.</summary>
    public static string Reach(Func<string[], Command> from, string address)
    {
        for (int tries = 0; ; tries++)
        {
            string answer = Ask(from, address);
            if (answer.Length > 0 || tries == 20)
            {
                return answer;
            }

            Thread.Sleep(100);
        }
    }

    public Command In(string container, params string[] command) => Docker(["exec", container, .. command]);

    /// <summary>An address of a container on a network.</summary>
    public string AddressOf(string container, string network, string field = "IPAddress") =>
        Docker("inspect", "-f", $"{{{{(index .NetworkSettings.Networks \"{network}\").{field}}}}}", container).Succeeds().Output.Trim();

    public void Dispose()
    {
        Engine.Dispose();
        foreach (string one in new[] { HostName, NeighbourName })
        {
            Command.Run("ip", "netns", "delete", one);
        }
    }

    private static void Configure(string host, string address, string address6)
    {
        Command.Run("ip", "-n", host, "address", "add", address + "/24", "dev", "up0").Succeeds();
        Command.Run("ip", "-n", host, "address", "add", address6 + "/64", "dev", "up0", "nodad").Succeeds();
        Command.Run("ip", "-n", host, "link", "set", "up0", "up").Succeeds();
    }
}
