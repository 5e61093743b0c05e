using System.Globalization;
using System.Text.Json.Nodes;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Integration.Runc;

/// <summary>The flags of exec.</summary>
public sealed class ExecTests : IDisposable
{
    private readonly RunningContainer container = new();

    public void Dispose() => container.Dispose();

    [Fact]
    public void User_and_groups_are_those_of_the_flags()
    {
        // Groups are repeated, as runc has them.
        Assert.Equal("7 8 9 10", Exec("--user", "7:8", "--additional-gids", "9", "-g", "10", container.Id, "sh", "-c", "echo $(id -u) $(id -g) $(id -G | cut -d' ' -f2-)"));
    }

    [Fact]
    public void CVE_2026_30892_a_user_without_a_group_keeps_the_containers_group_and_is_not_root()
    {
        Assert.Equal("1:0", Exec("-u", "1", container.Id, "sh", "-c", "echo $(id -u):$(id -g)"));
    }

    [Fact]
    public void A_capability_is_added_to_the_sets_that_have_no_condition()
    {
        const string show = "grep Cap /proc/self/status | cut -f2 | tr '\\n' ' '";
        ulong[] plain = Masks(Exec(container.Id, "sh", "-c", show));
        ulong[] added = Masks(Exec("--cap", "CAP_SYS_PTRACE", container.Id, "sh", "-c", show));
        const ulong ptrace = 1UL << 19;

        // Inheritable, permitted, effective, bounding, ambient.
        Assert.Equal([plain[0], plain[1] | ptrace, plain[2] | ptrace, plain[3] | ptrace, plain[4]], added);
    }

    [Theory]
    [InlineData("--no-new-privs", "1")]
    [InlineData("--no-new-privs=false", "0")]
    public void No_new_privileges_is_set_and_unset(string flag, string value)
    {
        Assert.Equal(value, Exec(flag, container.Id, "sh", "-c", "grep NoNewPrivs /proc/self/status | cut -f2"));
    }

    [Fact]
    public void Directory_and_environment_are_those_of_the_flags()
    {
        Assert.Equal("/bin one two", Exec("--cwd", "/bin", "-e", "A=zero", "-e", "A=one", "--env", "B=two", container.Id, "sh", "-c", "echo $PWD $A $B"));
    }

    [Fact]
    public void A_process_document_says_everything()
    {
        string path = Path.Combine(container.Bundle.StateRoot, "process.json");
        File.WriteAllText(path, """{"cwd":"/","args":["sh","-c","echo $A $(id -u); umask; exit 5"],"env":["PATH=/bin","A=b"],"user":{"uid":3,"gid":4,"umask":63}}""");

        Command exec = container.Runc("exec", "--process", path, container.Id);

        Assert.Equal((5, "b 3\n0077\n"), (exec.ExitCode, exec.Output));
    }

    [Fact]
    public void Limits_are_there_before_the_program_is()
    {
        string path = Path.Combine(container.Bundle.StateRoot, "process.json");
        File.WriteAllText(path, """{"cwd":"/","args":["sh","-c","ulimit -n"],"env":["PATH=/bin"],"user":{"uid":3,"gid":4},"rlimits":[{"type":"RLIMIT_NOFILE","hard":77,"soft":66}]}""");

        for (int round = 0; round < 20; round++)
        {
            Assert.Equal("66\n", container.Runc("exec", "--process", path, container.Id).Succeeds().Output);
        }
    }

    [Fact]
    public void A_process_document_with_a_mistake_is_an_error_that_names_the_field()
    {
        string path = Path.Combine(container.Bundle.StateRoot, "process.json");
        File.WriteAllText(path, """{"cwd":"/","args":["true"],"user":{"uid":"three"}}""");

        Command exec = container.Runc("exec", "-p", path, container.Id);

        Assert.Equal(255, exec.ExitCode);
        Assert.Contains("user.uid", exec.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_detached_process_has_its_id_in_the_file_and_goes_on()
    {
        string pidFile = Path.Combine(container.Bundle.StateRoot, "exec.pid");
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {container.Bundle.StateRoot} exec -d --pid-file {pidFile} {container.Id} sleep 1002 </dev/null >/dev/null 2>&1").Succeeds();

        // The runtime is gone when the process is ready; it is its program a moment later.
        string line = $"/proc/{File.ReadAllText(pidFile)}/cmdline";
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(line) == "sleep\01002\0", TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Descriptors_above_the_streams_are_kept_as_far_as_they_are_asked_for()
    {
        string script = $"exec 3</etc/hostname 4</etc/passwd 5</etc/group; exec {Programs.Runc} --root {container.Bundle.StateRoot} exec --preserve-fds 2 {container.Id} ls /proc/self/fd";

        // 5 is the listing itself, whose number is free.
        Assert.Equal("0\n1\n2\n3\n4\n5\n", Command.Run("/bin/sh", "-c", script).Succeeds().Output);
        Assert.Equal("group\n", Command.Run("/bin/sh", "-c", $"exec 3</etc/hostname 4</etc/group; exec {Programs.Runc} --root {container.Bundle.StateRoot} exec --preserve-fds 2 {container.Id} sh -c 'grep -q ^root:x:0: <&4 && echo group'").Output);
    }

    [Fact]
    public void A_descriptor_that_is_not_open_cannot_be_kept()
    {
        Command exec = Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {container.Bundle.StateRoot} exec --preserve-fds 9 {container.Id} true");

        Assert.Equal(255, exec.ExitCode);
        Assert.Contains("unable to stat preserved-fd", exec.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_is_one_and_its_code_comes_back()
    {
        // script(1) gives the caller a terminal, as a person has one.
        Command exec = Command.Run("script", ["-qec", $"{Programs.Runc} --root {container.Bundle.StateRoot} exec -t {container.Id} sh -c 'test -t 0 && echo terminal; exit 4'", "/dev/null"]);

        Assert.Equal((4, true), (exec.ExitCode, exec.Output.Contains("terminal", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_paused_container_takes_an_exec_only_when_told_so()
    {
        container.Runc("pause", container.Id).Succeeds();
        try
        {
            Command refused = container.Exec("true");
            Assert.Equal((255, true), (refused.ExitCode, refused.Error.Contains("cannot exec in a paused container (use --ignore-paused to override)", StringComparison.Ordinal)));
        }
        finally
        {
            container.Runc("resume", container.Id).Succeeds();
        }

        Assert.Equal("yes", Exec("--ignore-paused", container.Id, "echo", "yes"));
    }

    [Fact]
    public void A_cgroup_below_the_containers_is_entered()
    {
        string folder = Path.GetDirectoryName(container.ControlPath("pids.max"))!;
        Assert.SkipWhen(folder.Contains("unified", StringComparison.Ordinal), "no v1 hierarchy");
        Directory.CreateDirectory(Path.Combine(folder, "below"));

        string entered = Exec("--cgroup", "pids:below", container.Id, "sh", "-c", "grep pids /proc/self/cgroup");

        // Seen from the container's cgroup namespace.
        Assert.EndsWith(":pids:/below", entered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pids:../..", "bad sub cgroup path")]
    [InlineData("pids:nothing", "no such file or directory")]
    [InlineData("nonsense:/", "unknown controller nonsense")]
    [InlineData(":/", "empty <controller> prefix")]
    public void A_cgroup_that_is_no_place_for_it_is_refused(string flag, string words)
    {
        Command exec = container.Runc("exec", "--cgroup", flag, container.Id, "true");

        Assert.Equal((255, true), (exec.ExitCode, exec.Error.Contains(words, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_pidfd_of_the_process_goes_to_the_socket()
    {
        string path = Path.Combine(container.Bundle.StateRoot, "pidfd.sock");
        using FileDescriptor listener = UnixSockets.Listen(path);
        string pidFile = Path.Combine(container.Bundle.StateRoot, "exec.pid");
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {container.Bundle.StateRoot} exec -d --pidfd-socket {path} --pid-file {pidFile} {container.Id} sleep 1003 </dev/null >/dev/null 2>&1").Succeeds();

        (string words, FileDescriptor? process) = Receive(listener);
        using (process)
        {
            Assert.Equal("setns", words);
            Assert.Contains($"Pid:\t{File.ReadAllText(pidFile)}\n", File.ReadAllText($"/proc/self/fdinfo/{process!.Number}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_a_program_or_in_a_stopped_container_it_fails_with_its_own_code()
    {
        Assert.Equal(255, container.Runc("exec", container.Id).ExitCode);
        container.Runc("kill", container.Id, "KILL").Succeeds();
        Assert.True(SpinWait.SpinUntil(() => container.Runc("state", container.Id).Output.Contains("stopped", StringComparison.Ordinal), TimeSpan.FromSeconds(20)));
        Command stopped = container.Exec("true");
        Assert.Equal((255, true), (stopped.ExitCode, stopped.Error.Contains("cannot exec in a stopped container", StringComparison.Ordinal)));
    }

    internal static (string Words, FileDescriptor? Attached) Receive(FileDescriptor listener)
    {
        Poll.Readable(10_000, listener);
        using FileDescriptor connection = UnixSockets.Accept(listener) ?? throw new InvalidOperationException("nobody connected");
        Poll.Readable(10_000, connection);
        byte[] buffer = new byte[4096];
        int count = UnixSockets.Receive(connection, buffer, out FileDescriptor? attached);
        return (System.Text.Encoding.UTF8.GetString(buffer, 0, count), attached);
    }

    private static ulong[] Masks(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(mask => ulong.Parse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    private string Exec(params string[] arguments) => container.Bundle.Runc(["exec", .. arguments]).Succeeds().Output.Trim();
}
