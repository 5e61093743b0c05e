using System.Text.Json;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>The operations of runtime-spec, by runc's command line.</summary>
public sealed class LifeCycleTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void Run_gives_the_output_and_the_code_of_the_program_and_leaves_nothing()
    {
        bundle.Arguments("sh", "-c", "echo $$; exit 7");

        Command run = bundle.Runc("run", id);

        Assert.Equal((7, "1\n", string.Empty), (run.ExitCode, run.Output, run.Error));
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
        Assert.Empty(HostCgroups.Below("/" + id));
    }

    [Fact]
    public void A_container_is_created_started_paused_resumed_killed_and_deleted()
    {
        bundle.Arguments("sleep", "1000");

        Create();
        Assert.Equal("created", Status());
        bundle.Runc("start", id).Succeeds();
        Assert.Equal("running", Status());
        bundle.Runc("pause", id).Succeeds();
        Assert.Equal("paused", Status());
        bundle.Runc("resume", id).Succeeds();
        Assert.Equal("running", Status());
        Assert.Contains("not stopped", bundle.Runc("delete", id).Error, StringComparison.Ordinal);
        bundle.Runc("kill", id, "KILL").Succeeds();
        bundle.Runc("delete", "--force", id).Succeeds();
        Assert.Contains("container does not exist", bundle.Runc("state", id).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nope", "exec: \"nope\": executable file not found in $PATH")]
    [InlineData("/nope", "exec: \"/nope\": stat /nope: no such file or directory")]
    [InlineData("/etc", "exec: \"/etc\": is a directory")]
    public void A_program_that_cannot_be_executed_is_named_in_the_log_and_nothing_is_left(string program, string words)
    {
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "etc"));
        bundle.Arguments(program);

        Command create = bundle.Runc("create", id);

        Assert.Equal(1, create.ExitCode);
        JsonElement line = JsonDocument.Parse(File.ReadLines(bundle.Log).Last()).RootElement;
        Assert.Equal("error", line.GetProperty("level").GetString());
        Assert.Equal("runc create failed: unable to start container process: error during container init: " + words, line.GetProperty("msg").GetString());
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
        Assert.Empty(HostCgroups.Below("/" + id));
    }

    [Fact]
    public void An_id_that_is_taken_is_refused()
    {
        bundle.Arguments("sleep", "1000");
        Create();

        Assert.Contains("container with given ID already exists", bundle.Runc("create", id).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_joins_the_container_with_the_user_and_the_directory_that_are_asked_for()
    {
        bundle.Arguments("sleep", "1000");
        Create();
        bundle.Runc("start", id).Succeeds();

        Command exec = bundle.Runc("exec", "--user", "1:2", "--cwd", "/bin", "--env", "A=b", id, "sh", "-c", "echo $(id -u):$(id -g) $PWD $A; exit 9");

        Assert.Equal((9, "1:2 /bin b\n"), (exec.ExitCode, exec.Output));
    }

    [Fact]
    public void Update_changes_a_limit()
    {
        bundle.Arguments("sleep", "1000");
        Create();
        bundle.Runc("start", id).Succeeds();

        bundle.Runc("update", "--pids-limit", "33", id).Succeeds();

        string limit = HostCgroups.Below("/" + id).Select(folder => Path.Combine(folder, "pids.max")).First(File.Exists);
        Assert.Equal("33", File.ReadAllText(limit).Trim());
    }

    [Fact]
    public void Forced_deletion_does_well_whenever_the_program_ends()
    {
        // The end may come between any two steps of the deletion: many rounds meet most of them.
        bundle.Arguments("true");
        string runc = $"{Programs.Runc} --root {bundle.StateRoot}";
        Command rounds = Command.Run("/bin/sh", "-c", $"""
            for round in $(seq 300); do
                {runc} create --bundle {Path.GetDirectoryName(bundle.Rootfs)} {id} </dev/null >/dev/null 2>&1 && {runc} start {id} && {runc} delete --force {id} </dev/null || exit 1
            done
            """);

        Assert.Equal((0, string.Empty), (rounds.ExitCode, rounds.Error));
    }

    private void Create()
    {
        // The created process keeps its streams; here they are no pipes that the test would wait for.
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {bundle.StateRoot} create --bundle {Path.GetDirectoryName(bundle.Rootfs)} {id} </dev/null >/dev/null 2>&1").Succeeds();
    }

    private string Status() => JsonDocument.Parse(bundle.Runc("state", id).Succeeds().Output).RootElement.GetProperty("status").GetString()!;
}
