using Wharf.Harness;

namespace Wharf.Interop.Shim;

/// <summary>Debian's containerd and ctr above, our shim and runtime below.</summary>
public sealed class ContainerdOnOurShimTests(DebianContainerd containerd) : IClassFixture<DebianContainerd>
{
    private readonly string id = $"interop-{Guid.NewGuid():N}";

    [Fact]
    public void Output_error_output_and_code_come_back()
    {
        Command run = containerd.Run(id, null, ["--rm"], "sh", "-c", "echo out; echo wrong >&2; exit 3");

        Assert.Equal((3, "out\n", "wrong\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void Input_reaches_the_program_and_ends_it()
    {
        Command run = containerd.Run(id, "some input\n", ["--rm"], "cat");

        Assert.Equal((0, "some input\n"), (run.ExitCode, run.Output));
    }

    [Fact]
    public void Eight_mebibytes_printed_before_the_exit_all_arrive()
    {
        Command run = containerd.Run(id, null, ["--rm"], "sh", "-c", "dd if=/dev/zero bs=1024 count=8192 2>/dev/null | cat");

        Assert.Equal(8 * 1024 * 1024, run.Output.TrimEnd('\n').Length);
    }

    [Fact]
    public void A_program_that_does_not_exist_fails_with_the_runtimes_words()
    {
        Command run = containerd.Run(id, null, ["--rm"], "nope");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"nope\": executable file not found in $PATH: unknown", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_pause_resume_and_kill_work_and_the_shim_goes_with_its_task()
    {
        containerd.Run(id, null, ["-d"], "sleep", "1000").Succeeds();

        Assert.Equal("inside\n", containerd.Ctr("task", "exec", "--exec-id", "one", id, "echo", "inside").Succeeds().Output);
        Assert.Equal(4, containerd.Ctr("task", "exec", "--exec-id", "two", id, "sh", "-c", "exit 4").ExitCode);
        containerd.Ctr("task", "pause", id).Succeeds();
        Assert.Contains("PAUSED", TaskLine(), StringComparison.Ordinal);
        containerd.Ctr("task", "resume", id).Succeeds();
        Assert.Contains("RUNNING", TaskLine(), StringComparison.Ordinal);
        int shims = containerd.Shims().Count;
        containerd.Ctr("task", "rm", "-f", id);
        containerd.Ctr("container", "rm", id).Succeeds();
        Assert.Equal(shims - 1, containerd.Shims().Count);
    }

    [Fact]
    public void A_container_outlives_containerd()
    {
        containerd.Run(id, null, ["-d"], "sleep", "1000").Succeeds();
        string before = TaskLine();

        containerd.Restart();

        Assert.Equal(before, TaskLine());
        Assert.Equal("inside\n", containerd.Ctr("task", "exec", "--exec-id", "one", id, "echo", "inside").Succeeds().Output);
        containerd.Ctr("task", "rm", "-f", id);
        containerd.Ctr("container", "rm", id).Succeeds();
    }

    private string TaskLine() => containerd.Ctr("task", "ls").Succeeds().Output.Split('\n').Single(line => line.StartsWith(id, StringComparison.Ordinal));
}
