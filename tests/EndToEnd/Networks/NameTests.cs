using System.Globalization;
using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>Names of containers, as programs in containers find them.</summary>
public sealed class NameTests : IClassFixture<NetworkedHost>, IDisposable
{
    private readonly NetworkedHost host;

    public NameTests(NetworkedHost host) => this.host = host;

    [Fact]
    public void Containers_are_found_by_name_alias_link_and_address()
    {
        host.Docker("network", "create", "app").Succeeds();
        host.Docker("run", "-d", "--name", "db", "--network", "app", "--network-alias", "store", "busybox:latest", "sleep", "600").Succeeds();
        host.Docker("run", "-d", "--name", "web", "--network", "app", "--link", "db:backend", "busybox:latest", "sleep", "600").Succeeds();
        string address = host.AddressOf("db", "app");
        string address6 = host.AddressOf("db", "app", "GlobalIPv6Address");
        foreach (string name in new[] { "db", "store", "backend", "DB", "db.app", host.Docker("inspect", "-f", "{{.Id}}", "db").Output[..12] })
        {
            string found = host.In("web", "nslookup", name).Output;
            Assert.Contains(address, found, StringComparison.Ordinal);
            Assert.Contains(address6, found, StringComparison.Ordinal);
        }

        Assert.Contains("db.app", host.In("web", "nslookup", address).Output, StringComparison.Ordinal);
        Assert.Contains("db.app", host.In("web", "nslookup", address6).Output, StringComparison.Ordinal);
        host.In("web", "ping", "-c1", "-W3", "db").Succeeds();
        host.Docker("rename", "db", "renamed").Succeeds();
        host.In("web", "nslookup", "renamed").Succeeds();
        Assert.NotEqual(0, host.In("web", "nslookup", "db").ExitCode);
        host.Docker("rename", "renamed", "db").Succeeds();

        host.Docker("rm", "-f", "db").Succeeds();
        Assert.NotEqual(0, host.In("web", "nslookup", "db").ExitCode);
    }

    [Fact]
    public void Names_of_a_network_are_for_its_containers_only()
    {
        host.Docker("network", "create", "mine").Succeeds();
        host.Docker("network", "create", "theirs").Succeeds();
        host.Docker("run", "-d", "--name", "secret", "--network", "theirs", "busybox:latest", "sleep", "600").Succeeds();
        host.Docker("run", "-d", "--name", "nosy", "--network", "mine", "busybox:latest", "sleep", "600").Succeeds();
        Assert.NotEqual(0, host.In("nosy", "nslookup", "secret").ExitCode);
        host.Docker("network", "connect", "--alias", "peeker", "theirs", "nosy").Succeeds();
        host.In("nosy", "nslookup", "secret").Succeeds();
        host.In("secret", "nslookup", "peeker").Succeeds();
        host.Docker("network", "disconnect", "theirs", "nosy").Succeeds();
        Assert.NotEqual(0, host.In("nosy", "nslookup", "secret").ExitCode);
    }

    [Fact]
    public void Names_go_on_while_the_daemon_is_away_and_a_resolver_that_ends_comes_again()
    {
        host.Docker("network", "create", "app").Succeeds();
        host.Docker("run", "-d", "--name", "db", "--network", "app", "busybox:latest", "sleep", "600").Succeeds();
        host.Docker("run", "-d", "--name", "asker", "--network", "app", "busybox:latest", "sh", "-c", "while true; do nslookup db >/dev/null 2>&1 && echo yes || echo no; sleep 0.1; done").Succeeds();
        Thread.Sleep(500);
        host.Engine.KillDaemon();
        Thread.Sleep(1000);
        host.Engine.StartDaemon();
        Thread.Sleep(500);
        string[] lines = host.Docker("logs", "asker").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 10);
        Assert.DoesNotContain("no", lines);

        int resolver = Assert.Single(HostProcesses.Naming(host.Engine.Root + "/run-wharf/names.sock"));
        Command.Run("kill", "-KILL", resolver.ToString(CultureInfo.InvariantCulture)).Succeeds();
        for (int tries = 0; host.In("asker", "nslookup", "db").ExitCode != 0; tries++)
        {
            Assert.True(tries < 50, "names are not answered again");
            Thread.Sleep(100);
        }
    }

    [Fact]
    public void A_container_may_have_a_name_server_of_its_own()
    {
        host.Docker("network", "create", "app").Succeeds();
        host.Docker("run", "-d", "--name", "ns", "--network", "app", "busybox:latest", "sh", "-c", "nc -u -l -p 53 & nc -l -p 53").Succeeds();
        Thread.Sleep(200);
        Assert.Equal("true", host.Docker("inspect", "-f", "{{.State.Running}}", "ns").Succeeds().Output.Trim());
        Assert.DoesNotContain("Address already in use", host.Docker("logs", "ns").Error, StringComparison.Ordinal);
        host.In("ns", "nslookup", "ns").Succeeds();
    }

    public void Dispose()
    {
        string[] containers = host.Docker("ps", "-aq").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (containers.Length > 0)
        {
            host.Docker(["rm", "-f", .. containers]);
        }

        host.Docker("network", "prune", "-f");
    }
}
