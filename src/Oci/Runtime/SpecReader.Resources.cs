using System.Text.Json;

namespace Wharf.Oci.Runtime;

public static partial class SpecReader
{
    private static Resources? ReadResources(ref Utf8JsonReader json) => Object(ref json, new Resources(), static (ref Utf8JsonReader json, string name, Resources resources) =>
    {
        switch (name)
        {
            case "devices": resources.Devices = List(ref json, ReadDeviceRule); break;
            case "memory": resources.Memory = ReadMemory(ref json); break;
            case "cpu": resources.Cpu = ReadCpu(ref json); break;
            case "pids": resources.Pids = ReadPids(ref json); break;
            case "blockIO": resources.BlockIO = ReadBlockIO(ref json); break;
            case "hugepageLimits": resources.HugepageLimits = List(ref json, ReadHugepageLimit); break;
            case "network": resources.Network = ReadNetworkLimits(ref json); break;
            case "rdma": resources.Rdma = Map(ref json, ReadRdmaLimit); break;
            case "unified": resources.Unified = Map(ref json, ReadText); break;
            default: return false;
        }

        return true;
    });

    private static DeviceRule? ReadDeviceRule(ref Utf8JsonReader json) => Object(ref json, new DeviceRule(), static (ref Utf8JsonReader json, string name, DeviceRule deviceRule) =>
    {
        switch (name)
        {
            case "allow": deviceRule.Allow = Required(Truth(ref json)); break;
            case "type": deviceRule.Type = Text(ref json); break;
            case "major": deviceRule.Major = Int64(ref json); break;
            case "minor": deviceRule.Minor = Int64(ref json); break;
            case "access": deviceRule.Access = Text(ref json); break;
            default: return false;
        }

        return true;
    });

    private static Memory? ReadMemory(ref Utf8JsonReader json) => Object(ref json, new Memory(), static (ref Utf8JsonReader json, string name, Memory memory) =>
    {
        switch (name)
        {
            case "limit": memory.Limit = Int64(ref json); break;
            case "reservation": memory.Reservation = Int64(ref json); break;
            case "swap": memory.Swap = Int64(ref json); break;
            case "kernel": memory.Kernel = Int64(ref json); break;
            case "kernelTCP": memory.KernelTCP = Int64(ref json); break;
            case "swappiness": memory.Swappiness = UInt64(ref json); break;
            case "disableOOMKiller": memory.DisableOOMKiller = Truth(ref json); break;
            case "useHierarchy": memory.UseHierarchy = Truth(ref json); break;
            case "checkBeforeUpdate": memory.CheckBeforeUpdate = Truth(ref json); break;
            default: return false;
        }

        return true;
    });

    private static Cpu? ReadCpu(ref Utf8JsonReader json) => Object(ref json, new Cpu(), static (ref Utf8JsonReader json, string name, Cpu cpu) =>
    {
        switch (name)
        {
            case "shares": cpu.Shares = UInt64(ref json); break;
            case "quota": cpu.Quota = Int64(ref json); break;
            case "burst": cpu.Burst = UInt64(ref json); break;
            case "period": cpu.Period = UInt64(ref json); break;
            case "realtimeRuntime": cpu.RealtimeRuntime = Int64(ref json); break;
            case "realtimePeriod": cpu.RealtimePeriod = UInt64(ref json); break;
            case "cpus": cpu.Cpus = Text(ref json); break;
            case "mems": cpu.Mems = Text(ref json); break;
            case "idle": cpu.Idle = Int64(ref json); break;
            default: return false;
        }

        return true;
    });

    private static Pids? ReadPids(ref Utf8JsonReader json) => Object(ref json, new Pids(), static (ref Utf8JsonReader json, string name, Pids pids) =>
    {
        switch (name)
        {
            case "limit": pids.Limit = Int64(ref json); break;
            default: return false;
        }

        return true;
    });

    private static BlockIO? ReadBlockIO(ref Utf8JsonReader json) => Object(ref json, new BlockIO(), static (ref Utf8JsonReader json, string name, BlockIO block) =>
    {
        switch (name)
        {
            case "weight": block.Weight = UInt16(ref json); break;
            case "leafWeight": block.LeafWeight = UInt16(ref json); break;
            case "weightDevice": block.WeightDevice = List(ref json, ReadWeightDevice); break;
            case "throttleReadBpsDevice": block.ThrottleReadBpsDevice = List(ref json, ReadThrottleDevice); break;
            case "throttleWriteBpsDevice": block.ThrottleWriteBpsDevice = List(ref json, ReadThrottleDevice); break;
            case "throttleReadIOPSDevice": block.ThrottleReadIOPSDevice = List(ref json, ReadThrottleDevice); break;
            case "throttleWriteIOPSDevice": block.ThrottleWriteIOPSDevice = List(ref json, ReadThrottleDevice); break;
            default: return false;
        }

        return true;
    });

    private static WeightDevice? ReadWeightDevice(ref Utf8JsonReader json) => Object(ref json, new WeightDevice(), static (ref Utf8JsonReader json, string name, WeightDevice weightDevice) =>
    {
        switch (name)
        {
            case "major": weightDevice.Major = Required(Int64(ref json)); break;
            case "minor": weightDevice.Minor = Required(Int64(ref json)); break;
            case "weight": weightDevice.Weight = UInt16(ref json); break;
            case "leafWeight": weightDevice.LeafWeight = UInt16(ref json); break;
            default: return false;
        }

        return true;
    });

    private static ThrottleDevice? ReadThrottleDevice(ref Utf8JsonReader json) => Object(ref json, new ThrottleDevice(), static (ref Utf8JsonReader json, string name, ThrottleDevice throttleDevice) =>
    {
        switch (name)
        {
            case "major": throttleDevice.Major = Required(Int64(ref json)); break;
            case "minor": throttleDevice.Minor = Required(Int64(ref json)); break;
            case "rate": throttleDevice.Rate = Required(UInt64(ref json)); break;
            default: return false;
        }

        return true;
    });

    private static HugepageLimit? ReadHugepageLimit(ref Utf8JsonReader json) => Object(ref json, new HugepageLimit(), static (ref Utf8JsonReader json, string name, HugepageLimit hugepageLimit) =>
    {
        switch (name)
        {
            case "pageSize": hugepageLimit.PageSize = Text(ref json) ?? string.Empty; break;
            case "limit": hugepageLimit.Limit = Required(UInt64(ref json)); break;
            default: return false;
        }

        return true;
    });

    private static NetworkLimits? ReadNetworkLimits(ref Utf8JsonReader json) => Object(ref json, new NetworkLimits(), static (ref Utf8JsonReader json, string name, NetworkLimits networkLimits) =>
    {
        switch (name)
        {
            case "classID": networkLimits.ClassID = UInt32(ref json); break;
            case "priorities": networkLimits.Priorities = List(ref json, ReadInterfacePriority); break;
            default: return false;
        }

        return true;
    });

    private static InterfacePriority? ReadInterfacePriority(ref Utf8JsonReader json) => Object(ref json, new InterfacePriority(), static (ref Utf8JsonReader json, string name, InterfacePriority interfacePriority) =>
    {
        switch (name)
        {
            case "name": interfacePriority.Name = Text(ref json) ?? string.Empty; break;
            case "priority": interfacePriority.Priority = Required(UInt32(ref json)); break;
            default: return false;
        }

        return true;
    });

    private static RdmaLimit? ReadRdmaLimit(ref Utf8JsonReader json) => Object(ref json, new RdmaLimit(), static (ref Utf8JsonReader json, string name, RdmaLimit rdmaLimit) =>
    {
        switch (name)
        {
            case "hcaHandles": rdmaLimit.HcaHandles = UInt32(ref json); break;
            case "hcaObjects": rdmaLimit.HcaObjects = UInt32(ref json); break;
            default: return false;
        }

        return true;
    });
}
