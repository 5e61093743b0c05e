using System.Globalization;
using Wharf.Harness;
using Xunit;

namespace Wharf.Interop.Daemon;

/// <summary>Debian's docker-compose brings up services on several networks, with aliases, a fixed address and a health to wait for.</summary>
public sealed class ComposeTests : IDisposable
{
    private readonly int slot = Environment.ProcessId % 200;
    private readonly Engine engine;
    private readonly string folder;

    public ComposeTests()
    {
        engine = new Engine("--default-address-pool", string.Create(CultureInfo.InvariantCulture, $"base=10.170.{slot}.0/24,size=28"));
        folder = Path.Combine(engine.Root, "project");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "docker-compose.yml"), string.Create(CultureInfo.InvariantCulture, $$"""
            version: "2.4"
            services:
              db:
                image: busybox:latest
                command: sh -c "sleep 1; touch /ready; exec sleep 600"
                stop_grace_period: 1s
                healthcheck:
                  test: ["CMD", "test", "-f", "/ready"]
                  interval: 300ms
                  retries: 50
                networks:
                  back:
                    ipv4_address: 10.171.{{slot}}.50
                    aliases: [store]
              web:
                image: busybox:latest
                command: sh -c "ping -c1 -W3 store >/found; exec sleep 600"
                stop_grace_period: 1s
                depends_on:
                  db: {condition: service_healthy}
                networks: [front, back]
              guest:
                image: busybox:latest
                command: sleep 600
                stop_grace_period: 1s
                networks: [front]
            networks:
              front: {}
              back:
                internal: true
                ipam:
                  config:
                    - subnet: 10.171.{{slot}}.0/24
            """));
    }

    [Fact]
    public void Services_find_each_other_as_the_file_says_and_all_goes_down()
    {
        Compose("up", "-d").Succeeds();
        string database = string.Create(CultureInfo.InvariantCulture, $"10.171.{slot}.50");
        Assert.Contains(database, Compose("exec", "-T", "web", "nslookup", "store").Output, StringComparison.Ordinal);
        Assert.Contains("0% packet loss", Compose("exec", "-T", "web", "cat", "/found").Output, StringComparison.Ordinal);
        Compose("exec", "-T", "web", "ping", "-c1", "-W3", "guest").Succeeds();
        Assert.NotEqual(0, Compose("exec", "-T", "guest", "nslookup", "db").ExitCode);
        Assert.NotEqual(0, Compose("exec", "-T", "guest", "ping", "-c1", "-W1", database).ExitCode);

        Compose("up", "-d", "--scale", "guest=3").Succeeds();
        Assert.Equal(3, Compose("exec", "-T", "web", "nslookup", "guest").Output.Split('\n').Count(line => line.StartsWith("Address", StringComparison.Ordinal) && line.Contains("10.170.", StringComparison.Ordinal)));

        Compose("down").Succeeds();
        Assert.Equal("", engine.Docker("network", "ls", "-q", "--filter", "type=custom").Succeeds().Output);
        Assert.Equal("", engine.Docker("ps", "-aq").Succeeds().Output);
    }

    public void Dispose()
    {
        Compose("down", "-t", "0");
        engine.Dispose();
    }

    private Command Compose(params string[] arguments) =>
        Command.Run("docker-compose", ["-p", "wharfcompose", .. arguments], environment: engine.ClientEnvironment(), workingDirectory: folder, timeout: TimeSpan.FromMinutes(2));
}
