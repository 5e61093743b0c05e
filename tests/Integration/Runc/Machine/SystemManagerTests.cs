using Wharf.Harness;

namespace Wharf.Integration.Runc.Machine;

/// <summary>Scopes of the systemd that has booted the machine, with every controller. Explicit: tests/Vm boots one.</summary>
public sealed class SystemManagerTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Scope => $"test-{id}.scope";

    private string Cgroup => $"/sys/fs/cgroup/wharf.slice/wharf-test.slice/{Scope}";

    public SystemManagerTests()
    {
        bundle.Change(spec => spec["linux"]!["cgroupsPath"] = $"wharf-test.slice:test:{id}");
        bundle.Arguments("sleep", "1000");
    }

    public void Dispose()
    {
        Runc("delete", "--force", id);
        bundle.Dispose();
    }

    [Fact(Explicit = true)]
    public void Limits_are_properties_and_files_and_stay_when_systemd_reloads()
    {
        UnifiedLimitTests.Limit(bundle, """{"memory":{"limit":67108864,"swap":100663296,"reservation":33554432},"cpu":{"shares":512,"quota":50000,"period":100000,"cpus":"0"},"pids":{"limit":44}}""");
        Start();

        Assert.Equal(
            ["AllowedCPUs=0", "CPUQuotaPerSecUSec=500ms", "CPUWeight=59", "MemoryLow=33554432", "MemoryMax=67108864", "MemorySwapMax=33554432", "TasksMax=44"],
            Properties("AllowedCPUs", "CPUQuotaPerSecUSec", "CPUWeight", "MemoryLow", "MemoryMax", "MemorySwapMax", "TasksMax"));
        string[] files = ["memory.max", "memory.swap.max", "memory.low", "cpu.weight", "cpu.max", "cpuset.cpus", "pids.max"];
        string[] expected = ["67108864", "33554432", "33554432", "59", "50000 100000", "0", "44"];
        Assert.Equal(expected, files.Select(Control));

        Command.Run("systemctl", "daemon-reload").Succeeds();
        Assert.Equal(expected, files.Select(Control));
    }

    [Fact(Explicit = true)]
    public void An_update_changes_property_and_file()
    {
        UnifiedLimitTests.Limit(bundle, """{"memory":{"limit":67108864},"pids":{"limit":44}}""");
        Start();

        Runc("update", "--pids-limit", "55", "--memory", "96m", "--cpu-quota", "20000", id).Succeeds();

        Assert.Equal(["CPUQuotaPerSecUSec=200ms", "MemoryMax=100663296", "TasksMax=55"], Properties("CPUQuotaPerSecUSec", "MemoryMax", "TasksMax"));
        Assert.Equal(("55", "100663296", "20000 100000"), (Control("pids.max"), Control("memory.max"), Control("cpu.max")));
    }

    [Fact(Explicit = true)]
    public void The_scope_is_delegated_and_is_gone_with_its_container()
    {
        Start();

        Assert.Equal(["ActiveState=active", "Delegate=yes", "Slice=wharf-test.slice"], Properties("ActiveState", "Delegate", "Slice"));
        foreach (string controller in new[] { "cpu", "memory", "pids", "io", "cpuset" })
        {
            Assert.Contains(controller, Control("cgroup.controllers").Split(' '));
        }

        Runc("exec", id, "true").Succeeds();
        Runc("pause", id).Succeeds();
        Runc("resume", id).Succeeds();
        Runc("kill", id, "KILL").Succeeds();
        Assert.True(SpinWait.SpinUntil(() => Runc("state", id).Output.Contains("stopped", StringComparison.Ordinal), TimeSpan.FromSeconds(30)));
        Runc("delete", id).Succeeds();
        Assert.False(Directory.Exists(Cgroup));
        Assert.Empty(Command.Run("systemctl", "list-units", "--all", "--plain", "--no-legend", Scope).Output);
    }

    private void Start() =>
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --systemd-cgroup --root {bundle.StateRoot} run --detach --bundle {Path.GetDirectoryName(bundle.Rootfs)} {id} </dev/null >/dev/null 2>{bundle.Log} || {{ cat {bundle.Log} >&2; exit 1; }}").Succeeds();

    private Command Runc(params string[] arguments) => bundle.Runc(["--systemd-cgroup", .. arguments]);

    private string Control(string file) => File.ReadAllText($"{Cgroup}/{file}").Trim();

    private IEnumerable<string> Properties(params string[] names) =>
        Command.Run("systemctl", "show", "--property=" + string.Join(',', names), Scope).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
}
