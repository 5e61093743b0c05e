using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>What daemon.json says of containers, as docker's own client sees it and as it is inside.</summary>
public sealed class ConfiguredDefaultsTests(ConfiguredDefaultsTests.Fixture fixture) : IClassFixture<ConfiguredDefaultsTests.Fixture>
{
    private readonly Engine engine = fixture.Engine;

    [Theory]
    [InlineData("other", "--log-format json --root")]
    [InlineData("wharf", null)]
    [InlineData("runc", null)]
    [InlineData("io.containerd.wharf.v2", null)]
    [InlineData("io.containerd.runc.v2", null)]
    [InlineData("", "--log-format json --root")]
    public void A_runtime_by_its_name_runs_the_container(string name, string? calls)
    {
        File.Delete(fixture.Calls);
        string[] flag = name.Length > 0 ? ["--runtime", name] : [];

        string id = engine.Docker(["create", .. flag, "busybox", "echo", "ran"]).Succeeds().Output.Trim();
        Command start = engine.Docker("start", "-a", id);

        Assert.Equal((0, "ran\n"), (start.ExitCode, start.Output));
        Assert.Equal(name.Length > 0 ? name : "other", engine.Docker("inspect", "-f", "{{.HostConfig.Runtime}}", id).Output.Trim());
        engine.Docker("rm", id).Succeeds();
        Assert.Equal(calls is not null, File.Exists(fixture.Calls));
        Assert.StartsWith(calls ?? "", File.Exists(fixture.Calls) ? File.ReadAllText(fixture.Calls) : "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_runtime_that_nobody_knows_is_refused()
    {
        Command run = engine.Docker("run", "--rm", "--runtime", "nothing", "busybox", "true");

        Assert.Equal(125, run.ExitCode);
        Assert.Contains("Error response from daemon: unknown or invalid runtime name: nothing", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_engine_tells_its_runtimes()
    {
        using var info = JsonDocument.Parse(engine.Docker("info", "--format", "{{json .}}").Succeeds().Output);

        Assert.Equal("other", info.RootElement.GetProperty("DefaultRuntime").GetString());
        Assert.Equal(["other", "runc", "wharf"], info.RootElement.GetProperty("Runtimes").EnumerateObject().Select(one => one.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_a_container_leaves_open_the_configuration_says()
    {
        string inside = engine.Docker("run", "--rm", "--add-host", "up:host-gateway", "busybox", "sh", "-c", "df -k /dev/shm | tail -n1 | awk '{print $2}'; ulimit -n; ulimit -u; cat /etc/resolv.conf; grep up$ /etc/hosts").Succeeds().Output;

        Assert.Equal("8192\n1000\n300\nnameserver 192.0.2.53\nsearch corp.example\noptions ndots:3\n192.0.2.1\tup\n", inside);
    }

    [Fact]
    public void What_a_container_says_counts()
    {
        string inside = engine.Docker("run", "--rm", "--shm-size", "4m", "--ulimit", "nofile=700:900", "--dns", "192.0.2.54", "--dns-search", "own.example", "--dns-option", "rotate", "busybox", "sh", "-c", "df -k /dev/shm | tail -n1 | awk '{print $2}'; ulimit -n; ulimit -u; cat /etc/resolv.conf").Succeeds().Output;

        Assert.Equal("4096\n700\n300\nnameserver 192.0.2.54\nsearch own.example\noptions rotate\n", inside);
    }

    [Fact]
    public void A_container_may_share_its_memory_where_that_is_the_default()
    {
        string donor = engine.Docker("run", "-d", "busybox", "sleep", "60").Succeeds().Output.Trim();
        try
        {
            Assert.Equal("shareable", engine.Docker("inspect", "-f", "{{.HostConfig.IpcMode}}", donor).Output.Trim());
            engine.Docker("exec", donor, "touch", "/dev/shm/here").Succeeds();
            engine.Docker("run", "--rm", "--ipc", $"container:{donor}", "busybox", "ls", "/dev/shm/here").Succeeds();
        }
        finally
        {
            engine.Docker("rm", "-f", donor);
        }
    }

    [Fact]
    public void A_kernel_parameter_of_the_users_leaves_dockers_own() =>
        Assert.Equal("5\n0\n", engine.Docker("run", "--rm", "--sysctl", "net.ipv4.tcp_keepalive_probes=5", "busybox", "cat", "/proc/sys/net/ipv4/tcp_keepalive_probes", "/proc/sys/net/ipv4/ip_unprivileged_port_start").Succeeds().Output);

    /// <summary>An engine whose configuration names a runtime: Debian's runc behind a script that writes down how it was called.</summary>
    public sealed class Fixture : IDisposable
    {
        private readonly TemporaryDirectory folder = new();

        public Fixture()
        {
            string program = folder["runtime"];
            File.WriteAllText(program, $"#!/bin/sh\necho \"$@\" >>{Calls}\nexec /usr/sbin/runc \"$@\"\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.WriteAllText(folder["daemon.json"], $$"""
                {
                  "runtimes": { "other": { "path": "{{program}}", "runtimeArgs": ["--log-format", "json"] } },
                  "default-runtime": "other",
                  "default-shm-size": "8M",
                  "default-ipc-mode": "shareable",
                  "default-ulimits": { "nofile": { "Name": "nofile", "Soft": 1000, "Hard": 2000 }, "nproc": { "Soft": 300, "Hard": 300 } },
                  "dns": ["192.0.2.53"],
                  "dns-search": ["corp.example"],
                  "dns-opts": ["ndots:3"],
                  "host-gateway-ip": "192.0.2.1"
                }
                """);
            Engine = new Engine("--config-file", folder["daemon.json"]);
        }

        public Engine Engine { get; }

        /// <summary>How the configured runtime was called, a line for each time.</summary>
        public string Calls => folder["calls"];

        public void Dispose()
        {
            Engine.Dispose();
            folder.Dispose();
        }
    }
}
