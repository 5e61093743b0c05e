using System.Formats.Tar;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using Wharf.Harness;

namespace Wharf.EndToEnd.Clients;

/// <summary>
/// Docker.DotNet: what a user of it does. Beside the other clients' tests in tests/Interop it cannot be, for Testcontainers
/// brings an assembly of the same name.
/// </summary>
public sealed class DockerDotNetTests : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine;
    private readonly DockerClient client;
    private readonly string name = $"net-{Guid.NewGuid():N}";
    private readonly CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));

    public DockerDotNetTests(EngineFixture fixture)
    {
        engine = fixture.Engine;
        using var configuration = new DockerClientConfiguration(new Uri(engine.Host));
        client = configuration.CreateClient();
    }

    private Dictionary<string, IDictionary<string, bool>> Mine => new() { ["label"] = new Dictionary<string, bool> { ["wharf.scenario=" + name] = true } };

    public void Dispose()
    {
        engine.Wharf("rm", "-f", "-v", name);
        engine.Wharf("volume", "rm", "-f", name);
        client.Dispose();
        limit.Dispose();
    }

    [Fact]
    public async Task A_container_lives_as_its_user_says()
    {
        string id = await StartAsync("sleep 1000");
        Assert.False(await client.Containers.StartContainerAsync(id, new ContainerStartParameters(), limit.Token));
        await client.Containers.PauseContainerAsync(id, limit.Token);
        Assert.True((await client.Containers.InspectContainerAsync(id, limit.Token)).State.Paused);
        await client.Containers.UnpauseContainerAsync(id, limit.Token);
        await client.Containers.UpdateContainerAsync(id, new ContainerUpdateParameters { Memory = 64 << 20, MemorySwap = 64 << 20 }, limit.Token);
        Assert.Equal(64 << 20, (await client.Containers.InspectContainerAsync(id, limit.Token)).HostConfig.Memory);
        Assert.Contains((await client.Containers.ListProcessesAsync(id, new ContainerListProcessesParameters(), limit.Token)).Processes, row => row.Any(cell => cell.Contains("sleep 1000", StringComparison.Ordinal)));
        await client.Containers.RestartContainerAsync(id, new ContainerRestartParameters { WaitBeforeKillSeconds = 0 }, limit.Token);
        Task<ContainerWaitResponse> wait = client.Containers.WaitContainerAsync(id, limit.Token);
        await client.Containers.KillContainerAsync(id, new ContainerKillParameters { Signal = "SIGKILL" }, limit.Token);
        Assert.Equal(137, (await wait).StatusCode);
        Assert.Equal([id], (await client.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = Mine }, limit.Token)).Select(one => one.ID));
        await client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { RemoveVolumes = true }, limit.Token);
        await Assert.ThrowsAsync<DockerContainerNotFoundException>(() => client.Containers.InspectContainerAsync(id, limit.Token));
    }

    [Fact]
    public async Task Its_health_is_told()
    {
        string id = await StartAsync("sleep 0.5; touch /tmp/ready; sleep 1000", request => request.Healthcheck = new HealthConfig
        {
            Test = ["CMD-SHELL", "echo looked; test -e /tmp/ready"],
            Interval = TimeSpan.FromMilliseconds(200),
            Timeout = TimeSpan.FromSeconds(5),
            Retries = 50,
        });

        Health health;
        do
        {
            await Task.Delay(100, limit.Token);
            health = (await client.Containers.InspectContainerAsync(id, limit.Token)).State.Health;
        }
        while (health.Status != "healthy");

        Assert.Contains(health.Log, look => look.ExitCode == 0 && look.Output == "looked\n");
    }

    [Fact]
    public async Task An_exec_has_streams_and_an_exit_code()
    {
        string id = await StartAsync("sleep 1000");
        ContainerExecCreateResponse exec = await client.Exec.ExecCreateContainerAsync(
            id,
            new ContainerExecCreateParameters { Cmd = ["sh", "-c", "read line; echo $line $PWD; echo wrong >&2; exit 3"], AttachStdin = true, AttachStdout = true, AttachStderr = true, WorkingDir = "/tmp" },
            limit.Token);
        using MultiplexedStream stream = await client.Exec.StartAndAttachContainerExecAsync(exec.ID, tty: false, limit.Token);
        byte[] line = "typed\n"u8.ToArray();
        await stream.WriteAsync(line, 0, line.Length, limit.Token);
        (string output, string error) = await stream.ReadOutputToEndAsync(limit.Token);

        Assert.Equal(("typed /tmp\n", "wrong\n"), (output, error));
        Assert.Equal(3, (await client.Exec.InspectContainerExecAsync(exec.ID, limit.Token)).ExitCode);
    }

    [Fact]
    public async Task Files_go_in_and_come_out()
    {
        string id = await StartAsync("sleep 1000");
        using var packed = new MemoryStream(TestImage.Layer("in", "in the container"));
        await client.Containers.ExtractArchiveToContainerAsync(id, new ContainerPathStatParameters { Path = "/tmp" }, packed, limit.Token);
        GetArchiveFromContainerResponse got = await client.Containers.GetArchiveFromContainerAsync(id, new GetArchiveFromContainerParameters { Path = "/tmp/in" }, statOnly: false, limit.Token);
        await using Stream archive = got.Stream;
        using var reader = new TarReader(archive);
        TarEntry entry = (await reader.GetNextEntryAsync(copyData: true, limit.Token))!;
        using var text = new StreamReader(entry.DataStream!, Encoding.UTF8);

        Assert.Equal(("in", 16L), (got.Stat.Name, got.Stat.Size));
        Assert.Equal("in the container", await text.ReadToEndAsync(limit.Token));
        Assert.Contains(await client.Containers.InspectChangesAsync(id, limit.Token), change => change.Path == "/tmp/in" && change.Kind == FileSystemChangeKind.Add);
    }

    [Fact]
    public async Task What_it_says_is_kept_by_stream()
    {
        string id = await StartAsync("echo one; echo two >&2; sleep 0.5; echo three");
        await client.Containers.WaitContainerAsync(id, limit.Token);
        using MultiplexedStream stream = await client.Containers.GetContainerLogsAsync(id, tty: false, new ContainerLogsParameters { ShowStdout = true, ShowStderr = true }, limit.Token);
        using MultiplexedStream last = await client.Containers.GetContainerLogsAsync(id, tty: false, new ContainerLogsParameters { ShowStdout = true, Tail = "1", Timestamps = true }, limit.Token);

        Assert.Equal(("one\nthree\n", "two\n"), await stream.ReadOutputToEndAsync(limit.Token));
        Assert.Matches(@"^20\d\d-\S+Z three\n$", (await last.ReadOutputToEndAsync(limit.Token)).stdout);
    }

    [Fact]
    public async Task Statistics_and_events_are_told_as_they_come()
    {
        var told = new List<Message>();
        var over = new TaskCompletionSource();
        using var listening = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        Task listener = client.System.MonitorEventsAsync(
            new ContainerEventsParameters { Filters = Mine },
            new Direct<Message>(message =>
            {
                told.Add(message);
                if (message.Action == "destroy")
                {
                    over.SetResult();
                }
            }),
            listening.Token);
        string id = await StartAsync("while :; do :; done", request => request.HostConfig = new HostConfig { Memory = 64 << 20, NanoCPUs = 200_000_000 });
        ContainerStatsResponse? stats = null;
        await client.Containers.GetContainerStatsAsync(id, new ContainerStatsParameters { Stream = false }, new Direct<ContainerStatsResponse>(one => stats = one), limit.Token);
        await client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true }, limit.Token);
        await over.Task.WaitAsync(limit.Token);
        await listening.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listener);

        Assert.Equal(["create", "start", "die", "destroy"], told.Select(one => one.Action).Where(action => action is "create" or "start" or "die" or "destroy"));
        Assert.Equal(64UL << 20, stats!.MemoryStats.Limit);
        Assert.True(stats.CPUStats.CPUUsage.TotalUsage > stats.PreCPUStats.CPUUsage.TotalUsage);
        Assert.Contains("eth0", stats.Networks.Keys);
    }

    [Fact]
    public async Task A_volume_is_kept_and_what_is_over_is_pruned()
    {
        await client.Volumes.CreateAsync(new VolumesCreateParameters { Name = name, Labels = new Dictionary<string, string> { ["wharf.scenario"] = name } }, limit.Token);
        string id = await StartAsync("echo kept > /data/file", request => request.HostConfig = new HostConfig { Binds = [$"{name}:/data"] });
        await client.Containers.WaitContainerAsync(id, limit.Token);
        DockerApiException refused = await Assert.ThrowsAsync<DockerApiException>(() => client.Volumes.RemoveAsync(name, force: false, limit.Token));
        ContainersPruneResponse pruned = await client.Containers.PruneContainersAsync(new ContainersPruneParameters { Filters = Mine }, limit.Token);
        string reader = await StartAsync("cat /data/file", request => request.HostConfig = new HostConfig { Binds = [$"{name}:/data:ro"] });
        await client.Containers.WaitContainerAsync(reader, limit.Token);
        using MultiplexedStream log = await client.Containers.GetContainerLogsAsync(reader, tty: false, new ContainerLogsParameters { ShowStdout = true }, limit.Token);

        Assert.Equal(System.Net.HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal([id], pruned.ContainersDeleted);
        Assert.Equal("kept\n", (await log.ReadOutputToEndAsync(limit.Token)).stdout);
        Assert.Equal([name], (await client.Volumes.ListAsync(new VolumesListParameters { Filters = Mine }, limit.Token)).Volumes.Select(volume => volume.Name));
    }

    private async Task<string> StartAsync(string script, Action<CreateContainerParameters>? change = null)
    {
        var request = new CreateContainerParameters
        {
            Image = "busybox:latest",
            Name = name,
            Cmd = ["sh", "-c", script],
            Labels = new Dictionary<string, string> { ["wharf.scenario"] = name },
            StopSignal = "SIGKILL",
        };
        change?.Invoke(request);
        string id = (await client.Containers.CreateContainerAsync(request, limit.Token)).ID;
        Assert.True(await client.Containers.StartContainerAsync(id, new ContainerStartParameters(), limit.Token));
        return id;
    }

    /// <summary>Progress&lt;T&gt; tells on another thread, later.</summary>
    private sealed class Direct<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
