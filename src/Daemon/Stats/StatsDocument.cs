using System.Buffers;
using System.Text.Json;

namespace Wharf.Daemon.Stats;

/// <summary>A sample, beside the one before it, in the form of GET stats.</summary>
internal static class StatsDocument
{
    internal static ReadOnlyMemory<byte> Write(string id, string name, StatsSample? sample, StatsSample? before)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("name", "/" + name);
            writer.WriteString("id", id);
            writer.WriteString("read", Time(sample));
            writer.WriteString("preread", Time(before));
            WriteProcesses(writer, sample);
            WriteBlock(writer, sample);
            writer.WriteNumber("num_procs", 0);
            writer.WriteStartObject("storage_stats");
            writer.WriteEndObject();
            WriteCpu(writer, "cpu_stats", sample);
            WriteCpu(writer, "precpu_stats", before);
            WriteMemory(writer, sample);
            WriteLinks(writer, sample);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    private static string Time(StatsSample? sample) => sample is null ? "0001-01-01T00:00:00Z" : Timestamps.Text(sample.Read);

    private static void WriteProcesses(Utf8JsonWriter writer, StatsSample? sample)
    {
        writer.WriteStartObject("pids_stats");
        if (sample is not null)
        {
            writer.WriteNumber("current", sample.Processes);
            if (sample.ProcessLimit > 0)
            {
                writer.WriteNumber("limit", sample.ProcessLimit);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteBlock(Utf8JsonWriter writer, StatsSample? sample)
    {
        writer.WriteStartObject("blkio_stats");
        WriteCounts(writer, "io_service_bytes_recursive", sample?.BlockBytes);
        WriteCounts(writer, "io_serviced_recursive", sample?.BlockOperations);
        foreach (string name in new[] { "io_queue_recursive", "io_service_time_recursive", "io_wait_time_recursive", "io_merged_recursive", "io_time_recursive", "sectors_recursive" })
        {
            writer.WriteNull(name);
        }

        writer.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter writer, string name, IReadOnlyList<BlockCount>? counts)
    {
        if (counts is not { Count: > 0 })
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartArray(name);
        foreach (BlockCount count in counts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("major", count.Major);
            writer.WriteNumber("minor", count.Minor);
            writer.WriteString("op", count.Operation);
            writer.WriteNumber("value", count.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteCpu(Utf8JsonWriter writer, string name, StatsSample? sample)
    {
        writer.WriteStartObject(name);
        writer.WriteStartObject("cpu_usage");
        writer.WriteNumber("total_usage", sample?.Cpu ?? 0);
        if (sample is { PerCpu.Count: > 0 })
        {
            writer.WriteStartArray("percpu_usage");
            foreach (ulong one in sample.PerCpu)
            {
                writer.WriteNumberValue(one);
            }

            writer.WriteEndArray();
        }

        writer.WriteNumber("usage_in_kernelmode", sample?.CpuInKernel ?? 0);
        writer.WriteNumber("usage_in_usermode", sample?.CpuInUser ?? 0);
        writer.WriteEndObject();
        if (sample is not null)
        {
            writer.WriteNumber("system_cpu_usage", sample.HostCpu);
            writer.WriteNumber("online_cpus", sample.OnlineCpus);
        }

        writer.WriteStartObject("throttling_data");
        writer.WriteNumber("periods", sample?.Periods ?? 0);
        writer.WriteNumber("throttled_periods", sample?.ThrottledPeriods ?? 0);
        writer.WriteNumber("throttled_time", sample?.ThrottledTime ?? 0);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteMemory(Utf8JsonWriter writer, StatsSample? sample)
    {
        writer.WriteStartObject("memory_stats");
        if (sample is not null)
        {
            writer.WriteNumber("usage", sample.Memory);
            if (sample.MemoryMost > 0)
            {
                writer.WriteNumber("max_usage", sample.MemoryMost);
            }

            writer.WriteStartObject("stats");
            foreach ((string name, ulong value) in sample.MemoryStats)
            {
                writer.WriteNumber(name, value);
            }

            writer.WriteEndObject();
            if (sample.MemoryFailures > 0)
            {
                writer.WriteNumber("failcnt", sample.MemoryFailures);
            }

            writer.WriteNumber("limit", sample.MemoryLimit);
        }

        writer.WriteEndObject();
    }

    private static void WriteLinks(Utf8JsonWriter writer, StatsSample? sample)
    {
        if (sample is not { Links.Count: > 0 })
        {
            return;
        }

        writer.WriteStartObject("networks");
        foreach ((string name, LinkCounters link) in sample.Links)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("rx_bytes", link.RxBytes);
            writer.WriteNumber("rx_packets", link.RxPackets);
            writer.WriteNumber("rx_errors", link.RxErrors);
            writer.WriteNumber("rx_dropped", link.RxDropped);
            writer.WriteNumber("tx_bytes", link.TxBytes);
            writer.WriteNumber("tx_packets", link.TxPackets);
            writer.WriteNumber("tx_errors", link.TxErrors);
            writer.WriteNumber("tx_dropped", link.TxDropped);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
