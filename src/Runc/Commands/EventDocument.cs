using System.Buffers;
using System.Text.Json;
using Wharf.Libcontainer.Statistics;

namespace Wharf.Runc.Commands;

/// <summary>An event as runc's callers read it: type, id, and for statistics the data. A number that is 0 is mostly left out, as theirs is.</summary>
internal static class EventDocument
{
    internal static ReadOnlySpan<byte> OutOfMemory(string id) => Line("oom", id, null);

    internal static ReadOnlySpan<byte> Statistics(string id, ContainerStatistics statistics) => Line("stats", id, json =>
    {
        json.WriteStartObject("data");
        Cpu(json, statistics.Cpu);
        Cpuset(json, statistics.Cpuset);
        Memory(json, statistics.Memory);
        json.WriteStartObject("pids");
        Unless0(json, "current", statistics.Tasks);
        Unless0(json, "limit", statistics.TaskLimit);
        json.WriteEndObject();
        Block(json, statistics.Block);
        json.WriteStartObject("hugetlb");
        foreach ((string size, HugepageStatistics pages) in statistics.Hugepages)
        {
            json.WriteStartObject(size);
            Unless0(json, "usage", pages.Usage);
            Unless0(json, "max", pages.Peak);
            json.WriteNumber("failcnt", pages.Failures);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("intel_rdt");
        json.WriteEndObject();
        json.WriteNull("network_interfaces");
        json.WriteEndObject();
    });

    private static ReadOnlySpan<byte> Line(string type, string id, Action<Utf8JsonWriter>? data)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("id", id);
            data?.Invoke(json);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan;
    }

    private static void Cpu(Utf8JsonWriter json, CpuStatistics cpu)
    {
        json.WriteStartObject("cpu");
        json.WriteStartObject("usage");
        Unless0(json, "total", cpu.Total);
        Numbers(json, "percpu", cpu.PerProcessor);
        Numbers(json, "percpu_kernel", cpu.PerProcessorKernel);
        Numbers(json, "percpu_user", cpu.PerProcessorUser);
        json.WriteNumber("kernel", cpu.Kernel);
        json.WriteNumber("user", cpu.User);
        json.WriteEndObject();
        json.WriteStartObject("throttling");
        Unless0(json, "periods", cpu.Periods);
        Unless0(json, "throttledPeriods", cpu.ThrottledPeriods);
        Unless0(json, "throttledTime", cpu.ThrottledTime);
        json.WriteEndObject();
        Pressure(json, cpu.Pressure);
        json.WriteEndObject();
    }

    private static void Cpuset(Utf8JsonWriter json, CpusetStatistics cpuset)
    {
        json.WriteStartObject("cpuset");
        Numbers(json, "cpus", [.. cpuset.Cpus.Select(number => (ulong)number)]);
        json.WriteNumber("cpu_exclusive", cpuset.CpuExclusive);
        Numbers(json, "mems", [.. cpuset.Mems.Select(number => (ulong)number)]);
        json.WriteNumber("mem_hardwall", cpuset.MemHardwall);
        json.WriteNumber("mem_exclusive", cpuset.MemExclusive);
        json.WriteNumber("memory_migrate", cpuset.MemoryMigrate);
        json.WriteNumber("memory_spread_page", cpuset.MemorySpreadPage);
        json.WriteNumber("memory_spread_slab", cpuset.MemorySpreadSlab);
        json.WriteNumber("memory_pressure", cpuset.MemoryPressure);
        json.WriteNumber("sched_load_balance", cpuset.SchedLoadBalance);
        json.WriteNumber("sched_relax_domain_level", cpuset.SchedRelaxDomainLevel);
        json.WriteEndObject();
    }

    private static void Memory(Utf8JsonWriter json, MemoryStatistics memory)
    {
        json.WriteStartObject("memory");
        Unless0(json, "cache", memory.Cache);
        Usage(json, "usage", memory.Usage);
        Usage(json, "swap", memory.WithSwap);
        Usage(json, "kernel", memory.Kernel);
        Usage(json, "kernelTCP", memory.KernelTcp);
        if (memory.Details.Count > 0)
        {
            json.WriteStartObject("raw");
            foreach ((string name, ulong value) in memory.Details)
            {
                json.WriteNumber(name, value);
            }

            json.WriteEndObject();
        }

        Pressure(json, memory.Pressure);
        json.WriteEndObject();
    }

    private static void Usage(Utf8JsonWriter json, string name, MemoryUsage usage)
    {
        json.WriteStartObject(name);
        json.WriteNumber("limit", usage.Limit);
        Unless0(json, "usage", usage.Used);
        Unless0(json, "max", usage.Peak);
        json.WriteNumber("failcnt", usage.Failures);
        json.WriteEndObject();
    }

    private static void Block(Utf8JsonWriter json, BlockStatistics block)
    {
        json.WriteStartObject("blkio");
        Entries(json, "ioServiceBytesRecursive", block.Bytes);
        Entries(json, "ioServicedRecursive", block.Operations);
        Entries(json, "ioQueueRecursive", block.Queued);
        Entries(json, "ioServiceTimeRecursive", block.ServiceTime);
        Entries(json, "ioWaitTimeRecursive", block.WaitTime);
        Entries(json, "ioMergedRecursive", block.Merged);
        Entries(json, "ioTimeRecursive", block.Time);
        Entries(json, "sectorsRecursive", block.Sectors);
        Pressure(json, block.Pressure);
        json.WriteEndObject();
    }

    private static void Entries(Utf8JsonWriter json, string name, IReadOnlyList<BlockEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (BlockEntry entry in entries)
        {
            json.WriteStartObject();
            Unless0(json, "major", entry.Major);
            Unless0(json, "minor", entry.Minor);
            if (entry.Operation.Length > 0)
            {
                json.WriteString("op", entry.Operation);
            }

            Unless0(json, "value", entry.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Pressure(Utf8JsonWriter json, PressureStatistics? pressure)
    {
        if (pressure is null)
        {
            return;
        }

        json.WriteStartObject("psi");
        foreach ((string name, PressureLine line) in new[] { ("some", pressure.Some), ("full", pressure.Full) })
        {
            json.WriteStartObject(name);
            json.WriteNumber("avg10", line.Average10);
            json.WriteNumber("avg60", line.Average60);
            json.WriteNumber("avg300", line.Average300);
            json.WriteNumber("total", line.Total);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<ulong> numbers)
    {
        if (numbers.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (ulong number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static void Unless0(Utf8JsonWriter json, string name, ulong value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }
}
