using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>What the spec says of a process beyond its program: scheduler, priorities, processors, memory, execution domain, clocks.</summary>
public sealed class ProcessSettingTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public void Dispose() => bundle.Dispose();

    [Theory]
    [InlineData("""{"policy":"SCHED_BATCH","nice":7}""", "3", 7)]
    [InlineData("""{"policy":"SCHED_IDLE"}""", "5", null)]
    [InlineData("""{"policy":"SCHED_OTHER","nice":4,"flags":["SCHED_FLAG_RESET_ON_FORK"]}""", "0", 4)]
    public void The_scheduler_is_the_one_of_the_spec(string scheduler, string policy, int? nice)
    {
        bundle.Change(spec => spec["process"]!["scheduler"] = JsonNode.Parse(scheduler));
        bundle.Arguments("cat", "/proc/self/stat");

        // Fields 19 and 41 of proc(5), counted behind the name. The idle policy leaves the nice value as the caller has it.
        string[] fields = Fields(bundle.Runc("run", id).Succeeds().Output);
        string expected = nice?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Fields(File.ReadAllText("/proc/self/stat"))[16];
        Assert.Equal((expected, policy), (fields[16], fields[38]));

        static string[] Fields(string stat) => stat.Split(") ")[1].Split(' ');
    }

    [Theory]
    [InlineData("scheduler", """{"policy":"SCHED_LATER"}""", "invalid scheduler policy")]
    [InlineData("scheduler", """{"policy":"SCHED_OTHER","nice":20}""", "invalid scheduler.nice")]
    [InlineData("scheduler", """{"policy":"SCHED_OTHER","priority":2}""", "can only be specified for SchedFIFO or SchedRR")]
    [InlineData("scheduler", """{"policy":"SCHED_OTHER","runtime":2}""", "can only be specified for SchedDeadline")]
    [InlineData("ioPriority", """{"class":"IOPRIO_CLASS_BEST"}""", "invalid ioPriority.class")]
    [InlineData("ioPriority", """{"class":"IOPRIO_CLASS_BE","priority":8}""", "invalid ioPriority.priority")]
    [InlineData("execCPUAffinity", """{"initial":"3-1"}""", "is not a list of numbers and ranges")]
    public void A_mistake_is_named_and_nothing_is_made(string property, string value, string words)
    {
        bundle.Change(spec => spec["process"]![property] = JsonNode.Parse(value));
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.Equal((1, true), (run.ExitCode, run.Error.Contains(words, StringComparison.Ordinal)));
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
        Assert.Empty(HostCgroups.Below("/" + id));
    }

    [Theory]
    [InlineData("""{"class":"IOPRIO_CLASS_IDLE","priority":0}""", "idle")]
    [InlineData("""{"class":"IOPRIO_CLASS_BE","priority":6}""", "best-effort: prio 6")]
    public void The_io_priority_is_the_one_of_the_spec(string priority, string words)
    {
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "bin", "ionice"), "busybox");
        bundle.Change(spec => spec["process"]!["ioPriority"] = JsonNode.Parse(priority));
        bundle.Arguments("ionice");

        Assert.Equal(words, bundle.Runc("run", id).Succeeds().Output.Trim());
    }

    [Fact]
    public void The_domain_is_the_one_of_the_spec()
    {
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "bin", "uname"), "busybox");
        bundle.Change(spec => spec["linux"]!["personality"] = JsonNode.Parse("""{"domain":"LINUX32"}"""));
        bundle.Arguments("uname", "-m");

        Assert.Equal("i686", bundle.Runc("run", id).Succeeds().Output.Trim());
    }

    [Fact]
    public void The_memory_policy_is_the_one_of_the_spec()
    {
        Assert.SkipUnless(File.Exists("/proc/self/numa_maps"), "this kernel has no NUMA");
        bundle.Change(spec => spec["linux"]!["memoryPolicy"] = JsonNode.Parse("""{"mode":"MPOL_BIND","nodes":"0","flags":["MPOL_F_STATIC_NODES"]}"""));
        bundle.Arguments("head", "-n", "1", "/proc/self/numa_maps");

        Assert.Contains("bind=static:0", bundle.Runc("run", id).Succeeds().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"mode":"MPOL_SOMEWHERE","nodes":"0"}""", "invalid memory policy mode")]
    [InlineData("""{"mode":"MPOL_BIND"}""", "memory policy mode requires at least one node but got 0")]
    [InlineData("""{"mode":"MPOL_LOCAL","nodes":"0"}""", "memory policy mode requires 0 nodes but got 1")]
    [InlineData("""{"mode":"MPOL_BIND","nodes":"0-9876543210"}""", "invalid memory policy nodes")]
    [InlineData("""{"mode":"MPOL_BIND","nodes":"0","flags":["MPOL_F_NONE"]}""", "invalid memory policy flag")]
    public void A_memory_policy_that_is_none_is_refused(string policy, string words)
    {
        bundle.Change(spec => spec["linux"]!["memoryPolicy"] = JsonNode.Parse(policy));
        bundle.Arguments("true");

        Assert.Contains(words, bundle.Runc("run", id).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Resctrl_that_is_not_there_is_said_so()
    {
        Assert.SkipWhen(Directory.Exists("/sys/fs/resctrl/info"), "this host has resctrl");
        bundle.Change(spec => spec["linux"]!["intelRdt"] = JsonNode.Parse("""{"closID":"guaranteed"}"""));
        bundle.Arguments("true");

        Assert.Contains("intelRdt is set, but resctrl is not mounted on this host", bundle.Runc("run", id).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Clocks_of_a_time_namespace_have_their_offsets_for_the_program_and_for_an_exec()
    {
        using var container = new RunningContainer(
            bundle => bundle.Change(spec =>
            {
                spec["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type":"time"}"""));
                spec["linux"]!["timeOffsets"] = JsonNode.Parse("""{"monotonic":{"secs":7881,"nanosecs":2718281},"boottime":{"secs":100000000}}""");
            }),
            "sh",
            "-c",
            "cat /proc/self/timens_offsets; exec sleep 1000");

        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(container.Output).Contains("boottime", StringComparison.Ordinal), TimeSpan.FromSeconds(20)));
        string[] words = File.ReadAllText(container.Output).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["monotonic", "7881", "2718281", "boottime", "100000000", "0"], words);

        // The first number of uptime counts from the container's boot.
        Assert.True(double.Parse(container.Exec("cat", "/proc/uptime").Succeeds().Output.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) > 100_000_000);
        Assert.True(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) < 100_000_000);
    }

    [Theory]
    [InlineData(false, """{"monotonic":{"secs":1}}""", "no time namespace is made")]
    [InlineData(true, """{"realtime":{"secs":1}}""", "invalid time offset")]
    [InlineData(true, """{"monotonic":{"nanosecs":1000000000}}""", "invalid time offset")]
    [InlineData(true, """{"monotonic":{"secs":-99999999999}}""", "set time offsets")]
    public void Offsets_that_cannot_be_are_refused(bool namespaced, string offsets, string words)
    {
        if (namespaced)
        {
            bundle.Change(spec => spec["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type":"time"}""")));
        }

        bundle.Change(spec => spec["linux"]!["timeOffsets"] = JsonNode.Parse(offsets));
        bundle.Arguments("true");

        Assert.Contains(words, bundle.Runc("run", id).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exec_runs_on_the_processors_that_are_asked_for()
    {
        using var container = new RunningContainer();
        string path = Path.Combine(container.Bundle.StateRoot, "process.json");
        File.WriteAllText(path, """{"cwd":"/","args":["grep","Cpus_allowed_list","/proc/self/status"],"env":["PATH=/bin"],"execCPUAffinity":{"initial":"0-1","final":"0"}}""");

        Assert.Equal("Cpus_allowed_list:\t0\n", container.Runc("exec", "--process", path, container.Id).Succeeds().Output);
    }
}
