using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Debian's ctr above wharf-containerd, our shim or Debian's below.</summary>
public sealed class CtrTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string id = $"ctr-{Guid.NewGuid():N}";

    [Fact]
    public void Output_code_and_removal()
    {
        Command run = containerd.Run(id, ["--rm"], "sh", "-c", "echo out; echo wrong >&2; exit 3");

        Assert.Equal((3, "out\n", "wrong\n"), (run.ExitCode, run.Output, run.Error));
        Assert.Empty(containerd.Left(id));
    }

    [Fact]
    public void The_shim_of_containerd_runs_below()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/containerd-shim-runc-v2"), "no shim of containerd on this machine");

        Command run = containerd.Run(id, ["--rm", "--runtime", "io.containerd.runc.v2"], "sh", "-c", "echo out; exit 4");

        Assert.Equal((4, "out\n"), (run.ExitCode, run.Output));
        Assert.Empty(containerd.Left(id));
    }

    [Fact]
    public void A_program_that_does_not_exist_leaves_nothing()
    {
        Command run = containerd.Run(id, ["--rm"], "nope");

        Assert.Contains("failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"nope\": executable file not found in $PATH", run.Error, StringComparison.Ordinal);
        Assert.Empty(containerd.Left(id));
        Assert.DoesNotContain(id, containerd.Ctr("container", "ls").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shim_that_is_not_installed_is_named()
    {
        Command run = containerd.Run(id, ["--rm", "--runtime", "io.containerd.nothere.v1"], "true");

        Assert.Contains("containerd-shim-nothere-v1", run.Error, StringComparison.Ordinal);
        Assert.Empty(containerd.Left(id));
    }

    [Fact]
    public void Exec_pause_resume_metrics_and_kill()
    {
        containerd.Run(id, ["-d"], "sleep", "1000").Succeeds();

        Assert.Equal("inside\n", containerd.Ctr("task", "exec", "--exec-id", "one", id, "echo", "inside").Succeeds().Output);
        Assert.Equal(5, containerd.Ctr("task", "exec", "--exec-id", "two", id, "sh", "-c", "exit 5").ExitCode);
        containerd.Ctr("task", "pause", id).Succeeds();
        Assert.Contains("PAUSED", TaskLine(), StringComparison.Ordinal);
        containerd.Ctr("task", "resume", id).Succeeds();
        Assert.Contains("RUNNING", TaskLine(), StringComparison.Ordinal);
        Assert.Contains("pids.current", containerd.Ctr("task", "metrics", id).Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains(TaskLine().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], containerd.Ctr("task", "ps", id).Succeeds().Output, StringComparison.Ordinal);
        containerd.Ctr("task", "kill", "-s", "SIGKILL", id).Succeeds();
        var limit = Stopwatch.StartNew();
        while (!TaskLine().Contains("STOPPED", StringComparison.Ordinal))
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(20), TaskLine());
            Thread.Sleep(20);
        }

        Assert.Contains("non-zero exit code 137", containerd.Ctr("task", "rm", id).Succeeds().Error, StringComparison.Ordinal);
        containerd.Ctr("container", "rm", id).Succeeds();
        Assert.Empty(containerd.Left(id));
    }

    [Fact]
    public void Events_arrive_in_order()
    {
        using Process events = containerd.Open("events");
        try
        {
            // The subscription stands when an event comes through.
            var limit = Stopwatch.StartNew();
            Task<string?> first = events.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
            for (int number = 0; !first.IsCompleted && limit.Elapsed < TimeSpan.FromSeconds(20); number++)
            {
                containerd.Ctr("namespace", "create", $"n{id}{number}").Succeeds();
                containerd.Ctr("namespace", "remove", $"n{id}{number}").Succeeds();
            }

            containerd.Run(id, ["--rm"], "true").Succeeds();
            var topics = new List<string>();
            while (!topics.Contains("/containers/delete"))
            {
                string line = events.StandardOutput.ReadLine() ?? throw new InvalidOperationException("events ended");
                topics.AddRange(line.Split(' ').Where(word => word.StartsWith("/tasks/", StringComparison.Ordinal) || word.StartsWith("/containers/", StringComparison.Ordinal)));
            }

            Assert.Equal(["/containers/create", "/tasks/create", "/tasks/start", "/tasks/exit", "/tasks/delete", "/containers/delete"], topics);
        }
        finally
        {
            events.Kill();
            events.WaitForExit();
        }
    }

    [Fact]
    public void A_container_outlives_the_daemon()
    {
        containerd.Run(id, ["-d"], "sleep", "1000").Succeeds();
        string before = TaskLine();

        containerd.Kill();
        containerd.StartAgain();

        Assert.Equal(before, TaskLine());
        Assert.Equal("inside\n", containerd.Ctr("task", "exec", "--exec-id", "one", id, "echo", "inside").Succeeds().Output);
        containerd.Ctr("task", "rm", "-f", id);
        containerd.Ctr("container", "rm", id).Succeeds();
        Assert.Empty(containerd.Left(id));
    }

    [Fact]
    public void A_shim_that_dies_is_told_of_and_cleaned_up()
    {
        containerd.Run(id, ["-d"], "sleep", "1000").Succeeds();
        int shim = HostProcesses.Naming(containerd.Root).Single(process => HostProcesses.CommandLine(process).Contains($"-id {id}", StringComparison.Ordinal));
        int container = int.Parse(TaskLine().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);

        Command.Run("kill", "-KILL", $"{shim}").Succeeds();

        var limit = Stopwatch.StartNew();
        while (containerd.Ctr("task", "ls", "-q").Output.Contains(id, StringComparison.Ordinal) || HostProcesses.Lives(container))
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(20), "the task or its process is still there");
            Thread.Sleep(50);
        }

        containerd.Ctr("container", "rm", id).Succeeds();
        Assert.Empty(containerd.Left(id));
    }

    [Fact]
    public void A_shim_that_dies_with_the_daemon_is_cleaned_up_at_the_next_start()
    {
        containerd.Run(id, ["-d"], "sleep", "1000").Succeeds();
        int container = int.Parse(TaskLine().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);

        containerd.Kill();
        foreach (int shim in HostProcesses.Naming(containerd.Root).Where(process => HostProcesses.CommandLine(process).Contains(id, StringComparison.Ordinal)))
        {
            Command.Run("kill", "-KILL", $"{shim}");
        }

        containerd.StartAgain();

        Assert.DoesNotContain(id, containerd.Ctr("task", "ls", "-q").Succeeds().Output, StringComparison.Ordinal);
        Assert.False(HostProcesses.Lives(container));
        containerd.Ctr("container", "rm", id).Succeeds();
        Assert.Empty(containerd.Left(id));
    }

    [Fact]
    public void Images_are_pulled_from_a_registry_run_and_collected_when_removed()
    {
        using var registry = new DockerRegistry();
        registry.Add($"oci-archive:{containerd.Root}/busybox.tar", "pulled:1");
        string name = $"{registry.Authority}/pulled:1";
        containerd.Ctr("namespace", "create", id).Succeeds();
        try
        {
            containerd.Ctr("-n", id, "image", "pull", "--plain-http", name).Succeeds();
            Assert.Equal("hello\n", containerd.Ctr("-n", id, "run", "--rm", "--runtime", Programs.Shim, name, "one", "echo", "hello").Succeeds().Output);
            Assert.NotEmpty(containerd.Ctr("-n", id, "content", "ls", "-q").Succeeds().Output.Trim());

            containerd.Ctr("-n", id, "image", "rm", "--sync", name).Succeeds();

            Assert.Empty(containerd.Ctr("-n", id, "content", "ls", "-q").Succeeds().Output.Trim());
            Assert.DoesNotContain("sha256", containerd.Ctr("-n", id, "snapshot", "ls").Succeeds().Output, StringComparison.Ordinal);
        }
        finally
        {
            containerd.Ctr("namespace", "rm", id);
        }

        // The same blobs of another namespace are as they were.
        containerd.Run(id, ["--rm"], "true").Succeeds();
    }

    [Fact]
    public void An_exported_image_is_read_by_skopeo_and_umoci_in_both_forms()
    {
        string archive = Path.Combine(containerd.Root, $"{id}.tar");
        string layout = Path.Combine(containerd.Root, id);

        containerd.Ctr("image", "export", archive, WharfContainerd.Image).Succeeds();

        Command.Run("skopeo", "--insecure-policy", "copy", "--quiet", $"docker-archive:{archive}:busybox:latest", $"oci:{layout}:docker").Succeeds();
        Command.Run("skopeo", "--insecure-policy", "copy", "--quiet", $"oci-archive:{archive}", $"oci:{layout}:oci").Succeeds();
        Command.Run("umoci", "unpack", "--image", $"{layout}:oci", $"{layout}.bundle").Succeeds();
        Assert.True(File.Exists($"{layout}.bundle/rootfs/bin/busybox"));
        string[] digests = [.. new[] { "docker", "oci" }.Select(tag => Command.Run("skopeo", "inspect", "--config", $"oci:{layout}:{tag}").Succeeds().Output)];
        Assert.Equal(digests[0], digests[1]);
    }

    [Fact]
    public void Fifty_at_once_leave_nothing()
    {
        Command[] runs = [.. Enumerable.Range(0, 50).AsParallel().WithDegreeOfParallelism(16).Select(number => containerd.Run($"{id}-{number}", ["--rm"], "echo", $"{number}"))];

        Assert.All(runs, run => Assert.Equal(0, run.ExitCode));
        Assert.Equal(50, runs.Select(run => run.Output).Distinct().Count());
        Assert.Empty(containerd.Left(id));
    }

    private string TaskLine() => containerd.Ctr("task", "ls").Succeeds().Output.Split('\n').Single(line => line.StartsWith(id, StringComparison.Ordinal));
}
