using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>What a container finds when it begins, and what keeps it from beginning.</summary>
public sealed class StartConditionTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose() => bundle.Dispose();

    [Theory]
    [InlineData("run")]
    [InlineData("create")]
    public void A_cgroup_with_processes_is_somebody_elses(string command)
    {
        using var container = new RunningContainer(one => one.Change(spec => spec["linux"]!["cgroupsPath"] = "/" + id));
        bundle.Change(spec => spec["linux"]!["cgroupsPath"] = "/" + id);
        bundle.Arguments("true");

        Command second = bundle.Runc(command, id);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("container's cgroup is not empty: 1 process(es) found", second.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
        Assert.Equal("hello\n", container.Exec("echo", "hello").Succeeds().Output);
    }

    [Fact]
    public void A_document_of_no_platform_and_of_another_spelling_runs_a_program_in_its_rootfs()
    {
        File.WriteAllText(Path.Combine(Folder, "config.json"), """{"OciVersion":"1.0.0","Process":{"ARGS":["sh","-c","id -u; ls -d /bin; readlink /proc/self/ns/pid"],"CWD":"/","Env":["PATH=/bin"]},"Root":{"Path":"rootfs"}}""");

        Command run = bundle.Runc("run", id);

        Assert.Equal("0\n/bin\n", run.Output);
        Assert.Empty(Leftovers.Of(bundle, id));
        using (var created = Command.Start("/bin/sh", ["-c", $"exec {Programs.Runc} --root {bundle.StateRoot} create --bundle {Folder} {id} </dev/null >/dev/null 2>&1"]))
        {
            Assert.True(created.WaitForExit(TimeSpan.FromSeconds(60)));
        }

        Assert.Contains("\"created\"", bundle.Runc("state", id).Succeeds().Output, StringComparison.Ordinal);
        bundle.Runc("delete", id).Succeeds();
        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Fact]
    public void A_frozen_cgroup_is_refused_and_left()
    {
        string? freezer = HostCgroups.Make("/" + id, "freezer.state");
        string frozen = freezer is null ? "1" : "FROZEN";
        freezer ??= HostCgroups.Make("/" + id, "cgroup.freeze");
        Assert.NotNull(freezer);
        try
        {
            File.WriteAllText(freezer, frozen);
            bundle.Change(spec => spec["linux"]!["cgroupsPath"] = "/" + id);
            bundle.Arguments("true");

            Assert.Contains("container's cgroup unexpectedly frozen", bundle.Runc("run", id).Error, StringComparison.Ordinal);
            Assert.True(File.Exists(freezer));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(freezer)!);
        }
    }

    [Theory]
    [InlineData(0, "1")]
    [InlineData(-1, "max")]
    [InlineData(7, "7")]
    public void A_limit_of_no_processes_is_one_and_one_below_zero_is_none(int limit, string written)
    {
        using var container = new RunningContainer(one => one.Change(spec => spec["linux"]!["resources"]!["pids"] = new JsonObject { ["limit"] = limit }));

        Assert.Equal(written, container.Control("pids.max"));
    }

    [Fact]
    public void Processors_that_the_caller_was_pinned_to_are_not_the_containers()
    {
        bundle.Arguments("grep", "Cpus_allowed_list", "/proc/self/status");
        string free = bundle.Runc("run", id).Succeeds().Output;
        string first = File.ReadAllText("/sys/devices/system/cpu/online").Trim().Split(',', '-')[0];

        string pinned = Command.Run("taskset", ["-c", first, Programs.Runc, "--root", bundle.StateRoot, "run", id], workingDirectory: Folder).Succeeds().Output;

        Assert.Equal(free, pinned);
    }

    [Fact]
    public void A_created_container_holds_nothing_of_the_host_open()
    {
        bundle.Arguments("true");
        Command.Run("/bin/sh", "-c", $"exec 7</etc/passwd; exec {Programs.Runc} --root {bundle.StateRoot} create --pid-file {Folder}/pid --bundle {Folder} {id} </dev/null >/dev/null 2>&1").Succeeds();

        string pid = File.ReadAllText(Path.Combine(Folder, "pid"));
        string[] open = [];

        // It closes its end of the channel just after it has said that it is ready.
        bool closed = SpinWait.SpinUntil(
            () =>
            {
                open = [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(path => new FileInfo(path).LinkTarget ?? string.Empty)];
                return open.All(target => target is "/dev/null" or "/" or "/proc" or "" || target.EndsWith("/exec.fifo", StringComparison.Ordinal));
            },
            TimeSpan.FromSeconds(30));

        Assert.True(closed, string.Join('\n', open));
        Assert.Equal(3, open.Count(target => target == "/dev/null"));
    }

    [Fact]
    public void Few_open_files_are_enough_for_a_container()
    {
        bundle.Change(spec => spec["process"]!["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_NOFILE", ["soft"] = 12, ["hard"] = 12 }));
        bundle.Arguments("sh", "-c", "ulimit -n");

        Assert.Equal("12\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void A_working_directory_may_be_one_that_only_the_runtime_may_enter()
    {
        string place = Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "private")).FullName;
        Command.Run("chown", "1000", place).Succeeds();
        Command.Run("chmod", "700", place).Succeeds();
        bundle.Change(spec => spec["process"]!["cwd"] = "/private");
        bundle.Arguments("readlink", "/proc/self/cwd");

        Assert.Equal("/private\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void An_ambient_capability_that_cannot_be_raised_is_warned_about()
    {
        bundle.Change(spec => spec["process"]!["capabilities"]!["ambient"] = new JsonArray("CAP_CHOWN"));
        bundle.Arguments("true");

        bundle.Runc("run", id).Succeeds();

        Assert.Contains("can't raise ambient capability CAP_CHOWN: operation not permitted", File.ReadAllText(bundle.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_a_terminal_end_as_the_program_ends_them()
    {
        bundle.Change(spec => spec["process"]!["terminal"] = true);
        bundle.Arguments("echo", "hello");

        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {bundle.StateRoot} run --bundle {Folder} {id} </dev/null >{Folder}/output").Succeeds();

        Assert.Equal("hello\n", File.ReadAllText(Path.Combine(Folder, "output")));
    }

    [Fact]
    public void A_script_without_its_interpreter_is_told_by_its_path()
    {
        using var container = new RunningContainer();
        string script = Path.Combine(container.Bundle.Rootfs, "run.sh");
        File.WriteAllText(script, "#!/nothing/here\n");
        File.SetUnixFileMode(script, (UnixFileMode)0x1ed);

        Command exec = container.Exec("/run.sh");

        Assert.NotEqual(0, exec.ExitCode);
        Assert.Equal("exec /run.sh: no such file or directory\n", exec.Error);
    }

    [Fact]
    public void KILL_reaches_all_processes_of_a_container_without_its_own_ids()
    {
        using var container = new RunningContainer(one => one.Change(spec =>
        {
            JsonArray namespaces = spec["linux"]!["namespaces"]!.AsArray();
            namespaces.Remove(namespaces.First(place => (string)place!["type"]! == "pid"));
        }));
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {container.Bundle.StateRoot} exec --detach {container.Id} sleep 1008 </dev/null >/dev/null 2>&1").Succeeds();
        string processes = container.ControlPath("cgroup.procs");
        Assert.Equal(2, File.ReadAllLines(processes).Length);

        container.Runc("kill", container.Id, "KILL").Succeeds();

        Assert.True(SpinWait.SpinUntil(() => File.ReadAllLines(processes).Length == 0, TimeSpan.FromSeconds(30)));
    }
}
