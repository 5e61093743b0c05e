using System.Text.Json;
using Wharf.EngineApi.Containers;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>Changes a container's limits and restart policy, while it runs too. What the request leaves out stays.</summary>
internal sealed class UpdateContainer(TaskClient tasks, ContainerEvents events)
{
    internal async Task RunAsync(Container container, HostConfig change, CancellationToken cancellation)
    {
        HostConfig old = container.Document.HostConfig;
        HostConfig next = old with
        {
            CpuShares = change.CpuShares != 0 ? change.CpuShares : old.CpuShares,
            NanoCpus = change.NanoCpus != 0 ? change.NanoCpus : old.NanoCpus,
            CpuPeriod = change.CpuPeriod != 0 ? change.CpuPeriod : old.CpuPeriod,
            CpuQuota = change.CpuQuota != 0 ? change.CpuQuota : old.CpuQuota,
            CpusetCpus = change.CpusetCpus.Length > 0 ? change.CpusetCpus : old.CpusetCpus,
            CpusetMems = change.CpusetMems.Length > 0 ? change.CpusetMems : old.CpusetMems,
            Memory = change.Memory != 0 ? change.Memory : old.Memory,
            MemorySwap = change.MemorySwap != 0 ? change.MemorySwap : old.MemorySwap,
            MemoryReservation = change.MemoryReservation != 0 ? change.MemoryReservation : old.MemoryReservation,
            BlkioWeight = change.BlkioWeight != 0 ? change.BlkioWeight : old.BlkioWeight,
            CpuRealtimePeriod = change.CpuRealtimePeriod != 0 ? change.CpuRealtimePeriod : old.CpuRealtimePeriod,
            CpuRealtimeRuntime = change.CpuRealtimeRuntime != 0 ? change.CpuRealtimeRuntime : old.CpuRealtimeRuntime,
            PidsLimit = change.PidsLimit ?? old.PidsLimit,
            RestartPolicy = change.RestartPolicy is { Name.Length: > 0 } policy ? policy : old.RestartPolicy,
        };
        HostConfigCheck.Check(next);
        await container.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (container.State.Running)
            {
                // Devices are not changed: an empty list of rules leaves them.
                Resources resources = ContainerSpec.Resources(next);
                await tasks.UpdateAsync(container.Id, JsonSerializer.SerializeToUtf8Bytes(resources, RuntimeJson.Default.Resources), cancellation).ConfigureAwait(false);
            }

            container.Change(document => document with { HostConfig = next });
        }
        finally
        {
            container.Gate.Release();
        }

        events.Publish(container, "update");
    }
}
