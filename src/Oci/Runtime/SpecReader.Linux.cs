using System.Text.Json;

namespace Wharf.Oci.Runtime;

public static partial class SpecReader
{
    private static LinuxPlatform? ReadLinuxPlatform(ref Utf8JsonReader json) => Object(ref json, new LinuxPlatform(), static (ref Utf8JsonReader json, string name, LinuxPlatform linux) =>
    {
        switch (name)
        {
            case "uidMappings": linux.UidMappings = List(ref json, ReadIdMapping); break;
            case "gidMappings": linux.GidMappings = List(ref json, ReadIdMapping); break;
            case "sysctl": linux.Sysctl = Map(ref json, ReadText); break;
            case "resources": linux.Resources = ReadResources(ref json); break;
            case "cgroupsPath": linux.CgroupsPath = Text(ref json); break;
            case "namespaces": linux.Namespaces = List(ref json, ReadNamespace); break;
            case "devices": linux.Devices = List(ref json, ReadDevice); break;
            case "netDevices": linux.NetDevices = Map(ref json, ReadNetDevice); break;
            case "seccomp": linux.Seccomp = ReadSeccomp(ref json); break;
            case "rootfsPropagation": linux.RootfsPropagation = Text(ref json); break;
            case "maskedPaths": linux.MaskedPaths = List(ref json, ReadText); break;
            case "readonlyPaths": linux.ReadonlyPaths = List(ref json, ReadText); break;
            case "mountLabel": linux.MountLabel = Text(ref json); break;
            case "intelRdt": linux.IntelRdt = ReadIntelRdt(ref json); break;
            case "memoryPolicy": linux.MemoryPolicy = ReadMemoryPolicy(ref json); break;
            case "personality": linux.Personality = ReadPersonality(ref json); break;
            case "timeOffsets": linux.TimeOffsets = Map(ref json, ReadTimeOffset); break;
            default: return false;
        }

        return true;
    });

    private static Namespace? ReadNamespace(ref Utf8JsonReader json) => Object(ref json, new Namespace(), static (ref Utf8JsonReader json, string name, Namespace place) =>
    {
        switch (name)
        {
            case "type": place.Type = Text(ref json) ?? string.Empty; break;
            case "path": place.Path = Text(ref json); break;
            default: return false;
        }

        return true;
    });

    private static Device? ReadDevice(ref Utf8JsonReader json) => Object(ref json, new Device(), static (ref Utf8JsonReader json, string name, Device device) =>
    {
        switch (name)
        {
            case "path": device.Path = Text(ref json) ?? string.Empty; break;
            case "type": device.Type = Text(ref json) ?? string.Empty; break;
            case "major": device.Major = Int64(ref json); break;
            case "minor": device.Minor = Int64(ref json); break;
            case "fileMode": device.FileMode = UInt32(ref json); break;
            case "uid": device.Uid = UInt32(ref json); break;
            case "gid": device.Gid = UInt32(ref json); break;
            default: return false;
        }

        return true;
    });

    private static NetDevice? ReadNetDevice(ref Utf8JsonReader json) => Object(ref json, new NetDevice(), static (ref Utf8JsonReader json, string name, NetDevice netDevice) =>
    {
        switch (name)
        {
            case "name": netDevice.Name = Text(ref json); break;
            default: return false;
        }

        return true;
    });

    private static Seccomp? ReadSeccomp(ref Utf8JsonReader json) => Object(ref json, new Seccomp(), static (ref Utf8JsonReader json, string name, Seccomp seccomp) =>
    {
        switch (name)
        {
            case "defaultAction": seccomp.DefaultAction = Text(ref json) ?? string.Empty; break;
            case "defaultErrnoRet": seccomp.DefaultErrnoRet = UInt32(ref json); break;
            case "architectures": seccomp.Architectures = List(ref json, ReadText); break;
            case "flags": seccomp.Flags = List(ref json, ReadText); break;
            case "listenerPath": seccomp.ListenerPath = Text(ref json); break;
            case "listenerMetadata": seccomp.ListenerMetadata = ReadAnyText(ref json); break;
            case "syscalls": seccomp.Syscalls = List(ref json, ReadSeccompRule); break;
            default: return false;
        }

        return true;
    });

    private static SeccompRule? ReadSeccompRule(ref Utf8JsonReader json) => Object(ref json, new SeccompRule(), static (ref Utf8JsonReader json, string name, SeccompRule seccompRule) =>
    {
        switch (name)
        {
            case "names": seccompRule.Names = List(ref json, ReadText) ?? []; break;
            case "action": seccompRule.Action = Text(ref json) ?? string.Empty; break;
            case "errnoRet": seccompRule.ErrnoRet = UInt32(ref json); break;
            case "args": seccompRule.Args = List(ref json, ReadSeccompArgument); break;
            default: return false;
        }

        return true;
    });

    private static SeccompArgument? ReadSeccompArgument(ref Utf8JsonReader json) => Object(ref json, new SeccompArgument(), static (ref Utf8JsonReader json, string name, SeccompArgument seccompArgument) =>
    {
        switch (name)
        {
            case "index": seccompArgument.Index = Required(UInt32(ref json)); break;
            case "value": seccompArgument.Value = Required(UInt64(ref json)); break;
            case "valueTwo": seccompArgument.ValueTwo = UInt64(ref json); break;
            case "op": seccompArgument.Op = Text(ref json) ?? string.Empty; break;
            default: return false;
        }

        return true;
    });

    private static IntelRdt? ReadIntelRdt(ref Utf8JsonReader json) => Object(ref json, new IntelRdt(), static (ref Utf8JsonReader json, string name, IntelRdt intelRdt) =>
    {
        switch (name)
        {
            case "closID": intelRdt.ClosID = Text(ref json); break;
            case "schemata": intelRdt.Schemata = List(ref json, ReadText); break;
            case "l3CacheSchema": intelRdt.L3CacheSchema = Text(ref json); break;
            case "memBwSchema": intelRdt.MemBwSchema = Text(ref json); break;
            case "enableMonitoring": intelRdt.EnableMonitoring = Truth(ref json); break;
            default: return false;
        }

        return true;
    });

    private static MemoryPolicy? ReadMemoryPolicy(ref Utf8JsonReader json) => Object(ref json, new MemoryPolicy(), static (ref Utf8JsonReader json, string name, MemoryPolicy memoryPolicy) =>
    {
        switch (name)
        {
            case "mode": memoryPolicy.Mode = Text(ref json) ?? string.Empty; break;
            case "nodes": memoryPolicy.Nodes = Text(ref json); break;
            case "flags": memoryPolicy.Flags = List(ref json, ReadText); break;
            default: return false;
        }

        return true;
    });

    private static Personality? ReadPersonality(ref Utf8JsonReader json) => Object(ref json, new Personality(), static (ref Utf8JsonReader json, string name, Personality personality) =>
    {
        switch (name)
        {
            case "domain": personality.Domain = Text(ref json) ?? string.Empty; break;
            case "flags": personality.Flags = List(ref json, ReadText); break;
            default: return false;
        }

        return true;
    });

    private static TimeOffset? ReadTimeOffset(ref Utf8JsonReader json) => Object(ref json, new TimeOffset(), static (ref Utf8JsonReader json, string name, TimeOffset timeOffset) =>
    {
        switch (name)
        {
            case "secs": timeOffset.Secs = Int64(ref json); break;
            case "nanosecs": timeOffset.Nanosecs = UInt32(ref json); break;
            default: return false;
        }

        return true;
    });
}
