using Wharf.Shim.Cgroups;
using V1 = Wharf.ContainerdApi.Cgroups.V1;
using V2 = Wharf.ContainerdApi.Cgroups.V2;

namespace Wharf.Shim.Tests.Cgroups;

/// <summary>Control files as kernels write them, and the messages that come of them.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-shim-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Version_2()
    {
        Write("pids.current", "3\n");
        Write("pids.max", "max\n");
        Write("cpu.stat", "usage_usec 700\nuser_usec 400\nsystem_usec 300\nnr_periods 5\nnr_throttled 2\nthrottled_usec 9\nnr_bursts 0\nburst_usec 0\n");
        Write("cpu.pressure", "some avg10=1.50 avg60=0.00 avg300=0.00 total=77\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
        Write("memory.stat", "anon 100\nfile 200\ninactive_file 50\npgfault 11\nworkingset_refault_anon 1\nworkingset_refault_file 2\n");
        Write("memory.current", "4096\n");
        Write("memory.max", "max\n");
        Write("memory.events", "low 0\nhigh 0\nmax 6\noom 2\noom_kill 1\n");
        Write("io.stat", "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n7:1 \n");
        var cgroup = new ContainerCgroup(new Dictionary<string, string> { [""] = folder });

        V2.Metrics metrics = V2.Metrics.Parser.ParseFrom(MetricsV2.Read(cgroup));

        Assert.True(cgroup.IsUnified);
        Assert.Equal((3ul, 0ul), (metrics.Pids.Current, metrics.Pids.Limit));
        Assert.Equal((700ul, 400ul, 300ul), (metrics.Cpu.UsageUsec, metrics.Cpu.UserUsec, metrics.Cpu.SystemUsec));
        Assert.Equal((100ul, 200ul, 50ul), (metrics.Memory.Anon, metrics.Memory.File, metrics.Memory.InactiveFile));
        Assert.Equal((4096ul, ulong.MaxValue), (metrics.Memory.Usage, metrics.Memory.UsageLimit));
        Assert.Equal([(8ul, 0ul, 10ul, 20ul), (7ul, 1ul, 0ul, 0ul)], metrics.Io.Usage.Select(entry => (entry.Major, entry.Minor, entry.Rbytes, entry.Wbytes)));
    }

    [Fact]
    public void Version_1()
    {
        Write("pids.current", "3\n");
        Write("pids.max", "50\n");
        Write("cpuacct.usage", "900\n");
        Write("cpuacct.usage_user", "600\n");
        Write("cpuacct.usage_sys", "300\n");
        Write("cpuacct.usage_percpu", "400 0 500 \n");
        Write("cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 9\n");
        Write("memory.stat", "cache 1\nrss 2\nmapped_file 3\ntotal_inactive_file 4\n");
        Write("memory.limit_in_bytes", "9223372036854771712\n");
        Write("memory.usage_in_bytes", "8192\n");
        Write("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
        Write("blkio.throttle.io_service_bytes_recursive", "8:0 Read 100\n8:0 Write 200\nTotal 300\n");
        var cgroup = new ContainerCgroup(new[] { "pids", "cpu", "cpuacct", "memory", "blkio" }.ToDictionary(name => name, _ => folder));

        V1.Metrics metrics = V1.Metrics.Parser.ParseFrom(MetricsV1.Read(cgroup));

        Assert.False(cgroup.IsUnified);
        Assert.Equal((3ul, 50ul), (metrics.Pids.Current, metrics.Pids.Limit));
        Assert.Equal((900ul, 600ul, 300ul), (metrics.Cpu.Usage.Total, metrics.Cpu.Usage.User, metrics.Cpu.Usage.Kernel));
        Assert.Equal([400ul, 0ul, 500ul], metrics.Cpu.Usage.PerCpu);
        Assert.Equal((5ul, 2ul, 9ul), (metrics.Cpu.Throttling.Periods, metrics.Cpu.Throttling.ThrottledPeriods, metrics.Cpu.Throttling.ThrottledTime));
        Assert.Equal((1ul, 2ul, 3ul, 4ul), (metrics.Memory.Cache, metrics.Memory.Rss, metrics.Memory.MappedFile, metrics.Memory.TotalInactiveFile));
        Assert.Equal((9223372036854771712ul, 8192ul), (metrics.Memory.Usage.Limit, metrics.Memory.Usage.Usage));
        Assert.Equal([("Read", 100ul), ("Write", 200ul)], metrics.Blkio.IoServiceBytesRecursive.Select(entry => (entry.Op, entry.Value)));
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);
}
