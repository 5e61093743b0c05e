using System.Text;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Networks;
using DotNet.Testcontainers.Volumes;

namespace Wharf.Interop.Clients;

/// <summary>Testcontainers for .NET: what a test of somebody's does with it.</summary>
[Collection(ClientEngineDefinition.Name)]
public sealed class TestcontainersTests(ClientEngine fixture)
{
    private const string Served = "mkdir /www; echo hello > /www/index.html; sleep 0.5; echo ready to serve; exec httpd -f -p 8080 -h /www";

    static TestcontainersTests() => TestcontainersSettings.ResourceReaperEnabled = false;

    [Fact]
    public async Task A_container_is_ready_once_it_has_said_so()
    {
        await using IContainer container = Busybox(Served).WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged("ready to .*")).Build();
        await container.StartAsync();

        Assert.Equal(TestcontainersStates.Running, container.State);
        Assert.Contains("ready to serve", (await container.GetLogsAsync()).Stdout, StringComparison.Ordinal);
        await container.PauseAsync();
        await container.UnpauseAsync();
        await container.StopAsync();
        Assert.Equal(TestcontainersStates.Exited, container.State);
    }

    [Fact]
    public async Task A_container_is_ready_once_it_is_healthy()
    {
        await using IContainer container = Busybox(Served)
            .WithCreateParameterModifier(request => request.Healthcheck = new HealthcheckConfig { Test = ["CMD", "test", "-s", "/www/index.html"], Interval = TimeSpan.FromMilliseconds(200), Timeout = TimeSpan.FromSeconds(5), Retries = 50 })
            .WithWaitStrategy(Wait.ForUnixContainer().UntilContainerIsHealthy())
            .Build();
        await container.StartAsync();

        Assert.Equal(TestcontainersHealthStatus.Healthy, container.Health);
    }

    [Fact]
    public async Task A_command_in_it_has_output_and_an_exit_code()
    {
        await using IContainer container = Busybox(Served).WithEnvironment("WHERE", "here").WithWaitStrategy(Wait.ForUnixContainer().UntilCommandIsCompleted("test", "-s", "/www/index.html")).Build();
        await container.StartAsync();

        ExecResult result = await container.ExecAsync(["sh", "-c", "echo $WHERE; echo wrong >&2; exit 3"]);

        Assert.Equal(("here\n", "wrong\n", 3L), (result.Stdout, result.Stderr, result.ExitCode));
    }

    [Fact]
    public async Task Files_go_in_before_and_after_its_start_and_come_out()
    {
        await using IContainer container = Busybox("sleep 1000").WithResourceMapping("before"u8.ToArray(), "/tmp/before").Build();
        await container.StartAsync();
        await container.CopyAsync("after"u8.ToArray(), "/tmp/deep/after");

        Assert.Equal("beforeafter", (await container.ExecAsync(["cat", "/tmp/before", "/tmp/deep/after"])).Stdout);
        Assert.Equal("after", Encoding.UTF8.GetString(await container.ReadFileAsync("/tmp/deep/after")));
        await Assert.ThrowsAnyAsync<Exception>(() => container.ReadFileAsync("/none"));
    }

    [Fact]
    public async Task Containers_of_a_network_find_each_other_and_the_host_finds_a_port()
    {
        await using INetwork network = new NetworkBuilder().WithDockerEndpoint(fixture.Engine.Host).Build();
        await network.CreateAsync();
        await using IContainer server = Busybox(Served).WithNetwork(network).WithNetworkAliases("server").WithPortBinding(8080, assignRandomHostPort: true)
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(8080).ForPath("/index.html"))).Build();
        await server.StartAsync();
        await using IContainer asker = Busybox("sleep 1000").WithNetwork(network).Build();
        await asker.StartAsync();
        using var client = new HttpClient();

        Assert.Equal(0, (await asker.ExecAsync(["ping", "-c", "1", "-W", "5", "server"])).ExitCode);
        Assert.Equal("hello\n", await client.GetStringAsync($"http://{server.Hostname}:{server.GetMappedPublicPort(8080)}/index.html", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_volume_outlives_its_container()
    {
        await using IVolume volume = new VolumeBuilder().WithDockerEndpoint(fixture.Engine.Host).Build();
        await volume.CreateAsync();
        await using (IContainer writer = Busybox("echo kept > /data/file; sleep 1000").WithVolumeMount(volume, "/data").WithWaitStrategy(Wait.ForUnixContainer().UntilCommandIsCompleted("test", "-s", "/data/file")).Build())
        {
            await writer.StartAsync();
        }

        await using IContainer reader = Busybox("sleep 1000").WithVolumeMount(volume, "/data", AccessMode.ReadOnly).Build();
        await reader.StartAsync();

        Assert.Equal("kept\n", (await reader.ExecAsync(["cat", "/data/file"])).Stdout);
        Assert.NotEqual(0, (await reader.ExecAsync(["touch", "/data/file"])).ExitCode);
    }

    private ContainerBuilder Busybox(string script) =>
        new ContainerBuilder("busybox:latest").WithDockerEndpoint(fixture.Engine.Host).WithCommand("sh", "-c", script).WithCreateParameterModifier(request => request.StopSignal = "SIGKILL");
}
