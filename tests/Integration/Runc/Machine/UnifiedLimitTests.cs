using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc.Machine;

/// <summary>Limits on a machine where cgroup v2 has all controllers. Explicit: such a machine is booted by tests/Vm.</summary>
public sealed class UnifiedLimitTests
{
    [Theory(Explicit = true)]
    [InlineData("""{"memory":{"limit":67108864,"swap":100663296,"reservation":33554432}}""", "memory.max=67108864 memory.swap.max=33554432 memory.low=33554432")]
    [InlineData("""{"memory":{"limit":-1}}""", "memory.max=max memory.swap.max=max")]
    [InlineData("""{"cpu":{"shares":1024,"quota":50000,"period":200000,"burst":10000,"cpus":"0","mems":"0"}}""", "cpu.weight=100 cpu.max=50000_200000 cpu.max.burst=10000 cpuset.cpus=0 cpuset.mems=0")]
    [InlineData("""{"cpu":{"idle":1}}""", "cpu.idle=1")]
    [InlineData("""{"cpu":{"period":50000}}""", "cpu.max=max_50000")]
    [InlineData("""{"pids":{"limit":44}}""", "pids.max=44")]
    [InlineData("""{"pids":{"limit":-1}}""", "pids.max=max")]
    [InlineData("""{"blockIO":{"weight":500}}""", "io.weight=default_4950")]
    [InlineData("""{"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}""", "hugetlb.2MB.max=4194304 hugetlb.2MB.rsvd.max=4194304")]
    [InlineData("""{"unified":{"memory.high":"50331648","memory.oom.group":"1","cpu.weight":"77","cgroup.max.depth":"5"}}""", "memory.high=50331648 memory.oom.group=1 cpu.weight=77 cgroup.max.depth=5")]
    public void A_limit_stands_in_its_file(string resources, string expected)
    {
        using var container = new RunningContainer(bundle => Limit(bundle, resources));

        Assert.Equal(expected, string.Join(' ', expected.Split(' ').Select(pair => pair.Split('=')[0]).Select(file => $"{file}={container.Control(file).Replace(' ', '_')}")));
    }

    [Fact(Explicit = true)]
    public void Rates_of_a_disk_are_one_line_of_its_number()
    {
        string disk = File.ReadAllText("/sys/block/vda/dev").Trim();
        string[] numbers = disk.Split(':');
        using var container = new RunningContainer(bundle => Limit(
            bundle,
            $$"""{"blockIO":{"throttleReadBpsDevice":[{"major":{{numbers[0]}},"minor":{{numbers[1]}},"rate":1048576}],"throttleWriteIOPSDevice":[{"major":{{numbers[0]}},"minor":{{numbers[1]}},"rate":500}]} }"""));

        Assert.Equal($"{disk} rbps=1048576 wbps=max riops=max wiops=500", container.Control("io.max"));
    }

    [Theory(Explicit = true)]
    [InlineData("""{"cpu":{"cpus":"1000"}}""", "cpuset.cpus")]
    [InlineData("""{"memory":{"swap":1048576}}""", "unable to set swap limit without memory limit")]
    [InlineData("""{"memory":{"limit":67108864,"swap":1048576}}""", "memory.swap")]
    [InlineData("""{"rdma":{"nothing0":{"hcaHandles":3}}}""", "rdma.max")]
    [InlineData("""{"hugepageLimits":[{"pageSize":"3MB","limit":1}]}""", "hugetlb.3MB.max")]
    [InlineData("""{"unified":{"memory.high":"much"}}""", "unable to set unified resource")]
    public void A_limit_that_cannot_be_names_its_file_and_leaves_nothing(string resources, string words)
    {
        using var bundle = new BusyboxBundle();
        Limit(bundle, resources);
        bundle.Arguments("true");
        string id = $"wharf-it-{Guid.NewGuid():N}";

        Command run = bundle.Runc("run", id);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists("/sys/fs/cgroup/" + id));
    }

    [Fact(Explicit = true)]
    public void An_update_changes_what_it_names_and_nothing_else()
    {
        using var container = new RunningContainer(bundle => Limit(bundle, """{"memory":{"limit":67108864},"pids":{"limit":44},"cpu":{"quota":50000,"period":100000}}"""));

        container.Runc("update", "--memory", "96m", "--memory-swap", "128m", "--cpu-period", "200000", "--cpu-share", "2048", container.Id).Succeeds();

        Assert.Equal(
            ("100663296", "33554432", "50000 200000", "44"),
            (container.Control("memory.max"), container.Control("memory.swap.max"), container.Control("cpu.max"), container.Control("pids.max")));
        Assert.Equal(1, container.Runc("update", "--pids-limit", "many", container.Id).ExitCode);
    }

    [Fact(Explicit = true)]
    public void The_limit_of_processes_and_of_memory_holds()
    {
        using var bundle = new BusyboxBundle();
        Limit(bundle, """{"pids":{"limit":6},"memory":{"limit":16777216,"swap":16777216}}""");
        bundle.Arguments("sh", "-c", "for n in 1 2 3 4 5 6 7 8; do sleep 30 & done 2>/dev/null; x=aaaaaaaa; while true; do x=$x$x; done");

        Assert.Contains(bundle.Runc("run", $"wharf-it-{Guid.NewGuid():N}").ExitCode, new[] { 137, 2 });

        bundle.Arguments("sh", "-c", "x=aaaaaaaa; while true; do x=$x$x; done");
        Assert.Equal(137, bundle.Runc("run", $"wharf-it-{Guid.NewGuid():N}").ExitCode);
    }

    internal static void Limit(BusyboxBundle bundle, string resources) => bundle.Change(spec =>
    {
        foreach ((string name, JsonNode? value) in JsonNode.Parse(resources)!.AsObject())
        {
            spec["linux"]!["resources"]![name] = value!.DeepClone();
        }
    });
}
