using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>What the docker client asks of the host for a container.</summary>
public sealed class HostConfigTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"h{Guid.NewGuid():N}";

    public void Dispose() => engine.Docker("rm", "-f", "-v", name);

    [Fact]
    public void Devices_are_there_under_the_names_that_were_asked_for()
    {
        Assert.StartsWith("crw-rw-rw-", Run("--device", "/dev/null:/dev/other:rw", "busybox:latest", "ls", "-l", "/dev/other"), StringComparison.Ordinal);
        Assert.Equal("ok\n", Run("--device", "/dev/null:/dev/other:rw", "busybox:latest", "sh", "-c", "echo x >/dev/other && echo ok"));
        Assert.Contains("error gathering device information", engine.Docker("run", "--rm", "--device", "/dev/no-such", "busybox:latest").Error, StringComparison.Ordinal);
        Assert.Contains("could not select device driver \"\" with capabilities: [[gpu]]", engine.Docker("run", "--rm", "--gpus", "all", "busybox:latest").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_groups_and_init_are_the_containers()
    {
        Assert.Equal("77\n", Run("--ulimit", "nofile=77:88", "busybox:latest", "sh", "-c", "ulimit -n"));
        Assert.Contains("99", Run("--group-add", "99", "busybox:latest", "id"), StringComparison.Ordinal);
        Assert.SkipUnless(File.Exists("/usr/bin/docker-init") || File.Exists("/usr/libexec/docker/docker-init") || File.Exists("/usr/bin/tini"), "this machine has no init for containers");
        Assert.Contains("/sbin/docker-init -- ", Run("--init", "busybox:latest", "cat", "/proc/1/cmdline").Replace('\0', ' '), StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_of_another_container_are_joined()
    {
        engine.Docker("run", "-d", "--name", name, "--ipc", "shareable", "busybox:latest", "sh", "-c", "echo shared >/dev/shm/file; sleep 1000").Succeeds();

        Assert.Contains("sleep 1000", Run("--pid", "container:" + name, "busybox:latest", "ps"), StringComparison.Ordinal);
        Assert.Equal("shared\n", Run("--ipc", "container:" + name, "busybox:latest", "cat", "/dev/shm/file"));
        Assert.Contains("No such container: no-such", engine.Docker("create", "--pid", "container:no-such", "busybox:latest").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seccomp_profile_of_the_users_is_the_containers()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["profile"], """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":1}]}""");

        Assert.Contains("Operation not permitted", engine.Docker("run", "--rm", "--security-opt", "seccomp=" + folder["profile"], "busybox:latest", "mkdir", "/x").Error, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t0", Run("--security-opt", "seccomp=unconfined", "busybox:latest", "cat", "/proc/self/status"), StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", Run("--security-opt", "no-new-privileges", "busybox:latest", "cat", "/proc/self/status"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_throughput_of_a_device_is_limited()
    {
        Assert.SkipUnless(File.Exists("/dev/loop0"), "this machine has no /dev/loop0");

        string limits = Run("--device-read-bps", "/dev/loop0:1mb", "--device-write-iops", "/dev/loop0:50", "busybox:latest", "sh", "-c", "cat /sys/fs/cgroup/io.max /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device /sys/fs/cgroup/blkio/blkio.throttle.write_iops_device 2>/dev/null; true");

        Assert.Contains(limits.Trim(), new[] { "7:0 rbps=1048576 wbps=max riops=max wiops=50", "7:0 1048576\n7:0 50" });
    }

    [Fact]
    public void An_exec_that_cannot_begin_says_so_on_its_stream()
    {
        engine.Docker("run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();

        Command exec = engine.Docker("exec", "-u", "nobody-such", name, "true");
        Assert.Equal(126, exec.ExitCode);
        Assert.Contains("unable to find user nobody-such", exec.Output + exec.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Docker_py_is_told_of_a_driver_whose_logs_it_reads()
    {
        engine.Docker("create", "--name", name, "busybox:latest").Succeeds();

        string Driver(string agent) => System.Text.Json.JsonDocument.Parse(Command.Run("curl", ["-fs", "--unix-socket", engine.Socket, "-A", agent, $"http://wharf/containers/{name}/json"]).Succeeds().Output)
            .RootElement.GetProperty("HostConfig").GetProperty("LogConfig").GetProperty("Type").GetString()!;
        Assert.Equal(("json-file", "local"), (Driver("docker-sdk-python/7.1.0"), Driver("Docker-Client/28.2.2 (linux)")));
    }

    [Fact]
    public void Health_is_asked_for_and_told()
    {
        engine.Docker("run", "-d", "--name", name, "--health-cmd", "test -e /well", "--health-interval", "200ms", "--health-retries", "1", "busybox:latest", "sleep", "1000").Succeeds();

        Await("unhealthy");
        engine.Docker("exec", name, "touch", "/well").Succeeds();
        Await("healthy");
        Assert.Contains("(healthy)", engine.Docker("ps", "--filter", "health=healthy", "--filter", "name=" + name, "--format", "{{.Status}}").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unhealthy_container_is_started_again_when_its_policy_says_so()
    {
        string body = $$"""{"Image":"busybox:latest","Cmd":["sleep","1000"],"StopTimeout":0,"Healthcheck":{"Test":["CMD","false"],"Interval":200000000,"Retries":1},"HostConfig":{"RestartPolicy":{"Name":"on-unhealthy"} } }""";
        Command.Run("curl", ["-fs", "--unix-socket", engine.Socket, "-H", "Content-Type: application/json", "-d", body, $"http://wharf/containers/create?name={name}"]).Succeeds();
        engine.Docker("start", name).Succeeds();

        Assert.True(SpinWait.SpinUntil(() => engine.Docker("inspect", "--format", "{{.RestartCount}}", name).Output.Trim() is not ("0" or ""), TimeSpan.FromSeconds(30)), "it was not started again");
    }

    [Fact]
    public void Lines_go_to_syslog_and_can_be_read_here_too()
    {
        using var receiver = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        int port = ((System.Net.IPEndPoint)receiver.Client.LocalEndPoint!).Port;
        engine.Docker("run", "--name", name, "--log-driver", "syslog", "--log-opt", $"syslog-address=udp://127.0.0.1:{port}", "--log-opt", "tag={{.Name}}", "busybox:latest", "echo", "told").Succeeds();

        System.Net.IPEndPoint? from = null;
        receiver.Client.ReceiveTimeout = 20_000;
        Assert.EndsWith($"{name}[{engine.DaemonId}]: told\n", System.Text.Encoding.UTF8.GetString(receiver.Receive(ref from)), StringComparison.Ordinal);
        Assert.Equal("told\n", engine.Docker("logs", name).Succeeds().Output);
        Assert.Contains("failed to initialize logging driver", engine.Docker("run", "--rm", "--log-driver", "fluentd", "--log-opt", "fluentd-address=127.0.0.1:1", "busybox:latest", "true").Error, StringComparison.Ordinal);
    }

    private string Run(params string[] arguments) => engine.Docker(["run", "--rm", .. arguments]).Succeeds().Output;

    private void Await(string status) => Assert.True(
        SpinWait.SpinUntil(() => engine.Docker("inspect", "--format", "{{.State.Health.Status}}", name).Output.Trim() == status, TimeSpan.FromSeconds(30)),
        $"health is not {status}");
}
