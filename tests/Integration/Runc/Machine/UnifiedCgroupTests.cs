using System.Text.Json;
using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc.Machine;

/// <summary>Freezer, statistics, cgroups below the container's, on a machine of cgroup v2 alone. Explicit: tests/Vm boots one.</summary>
public sealed class UnifiedCgroupTests : IDisposable
{
    private readonly RunningContainer container = new(
        bundle =>
        {
            UnifiedLimitTests.Limit(bundle, """{"memory":{"limit":67108864,"swap":67108864},"pids":{"limit":44},"cpu":{"quota":50000,"period":100000}}""");
            bundle.Change(spec =>
            {
                foreach (JsonNode? mount in spec["mounts"]!.AsArray().Where(mount => (string?)mount!["type"] == "cgroup"))
                {
                    mount!["options"] = new JsonArray("nosuid", "noexec", "nodev", "rw");
                }
            });
            File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "bin", "mkdir"), "busybox");
        },
        "sh", "-c", "sleep 1000 & sleep 1001 & wait");

    private string Folder => Path.GetDirectoryName(container.ControlPath("cgroup.procs"))!;

    public void Dispose() => container.Dispose();

    [Fact(Explicit = true)]
    public void Statistics_are_the_cgroups_files()
    {
        JsonElement data = JsonDocument.Parse(container.Runc("events", "--stats", container.Id).Succeeds().Output).RootElement.GetProperty("data");

        Assert.Equal((3, 44), (data.GetProperty("pids").GetProperty("current").GetInt32(), data.GetProperty("pids").GetProperty("limit").GetInt32()));
        Assert.Equal(67108864, data.GetProperty("memory").GetProperty("usage").GetProperty("limit").GetInt64());
        Assert.InRange(data.GetProperty("memory").GetProperty("usage").GetProperty("usage").GetInt64(), 1, 67108864);
        Assert.InRange(data.GetProperty("memory").GetProperty("raw").GetProperty("anon").GetInt64(), 1, 67108864);
        Assert.InRange(data.GetProperty("cpu").GetProperty("usage").GetProperty("total").GetInt64(), 1, long.MaxValue);
        Assert.True(data.GetProperty("cpu").TryGetProperty("throttling", out _));
        Assert.True(data.GetProperty("cpu").TryGetProperty("psi", out _));
    }

    [Fact(Explicit = true)]
    public void The_freezer_stops_all_and_a_kill_ends_what_is_frozen()
    {
        container.Runc("pause", container.Id).Succeeds();
        Assert.Equal("1", container.Control("cgroup.freeze"));
        Assert.Contains("frozen 1", container.Control("cgroup.events"), StringComparison.Ordinal);
        Assert.Equal(255, container.Exec("true").ExitCode);
        container.Runc("resume", container.Id).Succeeds();
        Assert.Contains("frozen 0", container.Control("cgroup.events"), StringComparison.Ordinal);
        string folder = Folder;
        container.Runc("pause", container.Id).Succeeds();

        container.Runc("delete", "--force", container.Id).Succeeds();

        Assert.False(Directory.Exists(folder));
    }

    [Fact(Explicit = true)]
    public void An_exec_enters_a_cgroup_below_and_a_deletion_takes_all_of_them()
    {
        container.Exec("mkdir", "-p", "/sys/fs/cgroup/below/deeper").Succeeds();

        Assert.Contains("0::/below/deeper", container.Runc("exec", "--cgroup", "below/deeper", container.Id, "cat", "/proc/self/cgroup").Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal(255, container.Runc("exec", "--cgroup", "nothing", container.Id, "true").ExitCode);
        Assert.Equal(255, container.Runc("exec", "--cgroup", "../..", container.Id, "true").ExitCode);
        string folder = Folder;
        container.Runc("delete", "--force", container.Id).Succeeds();
        Assert.False(Directory.Exists(folder));
    }

    [Fact(Explicit = true)]
    public void An_exec_finds_a_container_that_has_moved_its_processes_down()
    {
        container.Exec("sh", "-c", "mkdir /sys/fs/cgroup/own && for id in $(cat /sys/fs/cgroup/cgroup.procs); do echo $id >/sys/fs/cgroup/own/cgroup.procs; done 2>/dev/null; echo +pids >/sys/fs/cgroup/cgroup.subtree_control").Succeeds();

        // A cgroup that gives its controllers away takes no process any more: the first process shows where to go.
        Assert.Contains("0::/own", container.Exec("cat", "/proc/self/cgroup").Succeeds().Output, StringComparison.Ordinal);
        Assert.Equal(3, JsonDocument.Parse(container.Runc("ps", "--format", "json", container.Id).Succeeds().Output).RootElement.GetArrayLength());
    }
}
