using Google.Protobuf.WellKnownTypes;
using V1 = Wharf.ContainerdApi.Cgroups.V1;
using V2 = Wharf.ContainerdApi.Cgroups.V2;

namespace Wharf.Containerd.Observation;

/// <summary>A container's figures under the names that containerd gives them.</summary>
internal static class ContainerFigures
{
    public static void Add(MetricsText text, string scope, string id, Any stats)
    {
        string type = stats.TypeUrl[(stats.TypeUrl.LastIndexOf('/') + 1)..];
        if (type == V1.Metrics.Descriptor.FullName)
        {
            Add(text, scope, id, V1.Metrics.Parser.ParseFrom(stats.Value));
        }
        else if (type == V2.Metrics.Descriptor.FullName)
        {
            Add(text, scope, id, V2.Metrics.Parser.ParseFrom(stats.Value));
        }
    }

    private static void Add(MetricsText text, string scope, string id, V1.Metrics figures)
    {
        void Gauge(string name, string help, double value) => text.Gauge($"container_{name}", help, value, ("container_id", id), ("namespace", scope));
        if (figures.Pids is { } pids)
        {
            Gauge("pids_current", "The current number of pids", pids.Current);
            Gauge("pids_limit", "The limit to the number of pids allowed", pids.Limit);
        }

        if (figures.Cpu?.Usage is { } cpu)
        {
            Gauge("cpu_total_nanoseconds", "The total cpu time", cpu.Total);
            Gauge("cpu_kernel_nanoseconds", "The total kernel cpu time", cpu.Kernel);
            Gauge("cpu_user_nanoseconds", "The total user cpu time", cpu.User);
        }

        if (figures.Cpu?.Throttling is { } throttling)
        {
            Gauge("cpu_throttle_periods_total", "The total cpu throttle periods", throttling.Periods);
            Gauge("cpu_throttled_periods_total", "The total cpu throttled periods", throttling.ThrottledPeriods);
            Gauge("cpu_throttled_time_nanoseconds", "The total cpu throttled time", throttling.ThrottledTime);
        }

        if (figures.Memory is { } memory)
        {
            Gauge("memory_cache_bytes", "The cache amount used", memory.Cache);
            Gauge("memory_rss_bytes", "The rss amount used", memory.Rss);
            Gauge("memory_mapped_file_bytes", "The mapped_file amount used", memory.MappedFile);
            Gauge("memory_inactive_anon_bytes", "The inactive_anon amount", memory.InactiveAnon);
            Gauge("memory_active_anon_bytes", "The active_anon amount", memory.ActiveAnon);
            Gauge("memory_inactive_file_bytes", "The inactive_file amount", memory.InactiveFile);
            Gauge("memory_active_file_bytes", "The active_file amount", memory.ActiveFile);
            if (memory.Usage is { } usage)
            {
                Gauge("memory_usage_usage_bytes", "The memory usage", usage.Usage);
                Gauge("memory_usage_limit_bytes", "The memory limit", usage.Limit);
                Gauge("memory_usage_max_bytes", "The memory maximum usage", usage.Max);
                Gauge("memory_usage_failcnt_total", "The usage failcnt", usage.Failcnt);
            }
        }
    }

    private static void Add(MetricsText text, string scope, string id, V2.Metrics figures)
    {
        void Gauge(string name, string help, double value) => text.Gauge($"container_{name}", help, value, ("container_id", id), ("namespace", scope));
        if (figures.Pids is { } pids)
        {
            Gauge("pids_current", "The current number of pids (cgroup v2)", pids.Current);
            Gauge("pids_limit", "The limit to the number of pids allowed (cgroup v2)", pids.Limit);
        }

        if (figures.Cpu is { } cpu)
        {
            Gauge("cpu_usage_usec_microseconds", "Total cpu usage (cgroup v2)", cpu.UsageUsec);
            Gauge("cpu_user_usec_microseconds", "Current cpu usage in user space (cgroup v2)", cpu.UserUsec);
            Gauge("cpu_system_usec_microseconds", "Current cpu usage in kernel space (cgroup v2)", cpu.SystemUsec);
            Gauge("cpu_nr_periods_total", "Current cpu number of periods (only if controller is enabled)", cpu.NrPeriods);
            Gauge("cpu_nr_throttled_total", "Total number of times tasks have been throttled (only if controller is enabled)", cpu.NrThrottled);
            Gauge("cpu_throttled_usec_microseconds", "Total time duration for which tasks have been throttled (only if controller is enabled)", cpu.ThrottledUsec);
        }

        if (figures.Memory is { } memory)
        {
            Gauge("memory_usage_bytes", "Current memory usage (cgroup v2)", memory.Usage);
            Gauge("memory_usage_limit_bytes", "Current memory usage limit (cgroup v2)", memory.UsageLimit);
            Gauge("memory_file_mapped_bytes", "The file_mapped amount", memory.FileMapped);
            Gauge("memory_inactive_anon_bytes", "The inactive_anon amount", memory.InactiveAnon);
            Gauge("memory_active_anon_bytes", "The active_anon amount", memory.ActiveAnon);
            Gauge("memory_inactive_file_bytes", "The inactive_file amount", memory.InactiveFile);
            Gauge("memory_active_file_bytes", "The active_file amount", memory.ActiveFile);
        }
    }
}
