using System.Globalization;
using System.Text;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Events;
using Wharf.Daemon.Http;

namespace Wharf.Daemon.Host;

/// <summary>The daemon's figures in Prometheus' text format, by docker's names.</summary>
internal sealed class MetricsText(ContainerTable table, EventLog events, string id)
{
    private readonly DateTimeOffset began = DateTimeOffset.UtcNow;

    internal string Write()
    {
        IReadOnlyList<Container> containers = table.All();
        int paused = containers.Count(one => one.State.Paused);
        int running = containers.Count(one => one.State.Running) - paused;
        var text = new StringBuilder();
        Begin("engine_daemon_container_states_containers", "gauge", "The count of containers in various states");
        Value("engine_daemon_container_states_containers{state=\"paused\"}", paused);
        Value("engine_daemon_container_states_containers{state=\"running\"}", running);
        Value("engine_daemon_container_states_containers{state=\"stopped\"}", containers.Count - running - paused);
        Begin("engine_daemon_engine_cpus_cpus", "gauge", "The number of cpus that the host system of the engine has");
        Value("engine_daemon_engine_cpus_cpus", Environment.ProcessorCount);
        Begin("engine_daemon_engine_info", "gauge", "The information related to the engine and the OS it is running on");
        Value($"engine_daemon_engine_info{{architecture=\"{System.Runtime.InteropServices.RuntimeInformation.OSArchitecture}\",daemon_id=\"{id}\",kernel=\"{HostFacts.Kernel}\",os=\"{HostFacts.Release("PRETTY_NAME")}\",version=\"{VersionRoutes.Version}\"}}", 1);
        Begin("engine_daemon_engine_memory_bytes", "gauge", "The number of bytes of memory that the host system of the engine has");
        Value("engine_daemon_engine_memory_bytes", HostFacts.Memory);
        Begin("engine_daemon_events_total", "counter", "The number of events logged");
        Value("engine_daemon_events_total", events.Published);
        Begin("engine_daemon_events_subscribers_total", "gauge", "The number of current subscribers to events");
        Value("engine_daemon_events_subscribers_total", events.Listeners);
        Begin("engine_daemon_health_checks_unhealthy_containers", "gauge", "The number of containers that are unhealthy");
        Value("engine_daemon_health_checks_unhealthy_containers", containers.Count(one => one.State is { Running: true, Health.Status: HealthWatch.Unhealthy }));
        Begin("process_open_fds", "gauge", "Number of open file descriptors");
        Value("process_open_fds", HostFacts.OpenFiles);
        Begin("process_resident_memory_bytes", "gauge", "Resident memory size in bytes");
        Value("process_resident_memory_bytes", Environment.WorkingSet);
        Begin("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds");
        Value("process_start_time_seconds", began.ToUnixTimeSeconds());
        return text.ToString();

        void Begin(string name, string type, string help) => text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

        void Value(string name, long value) => text.Append(name).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
