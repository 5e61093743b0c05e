using System.Text.Json;

namespace Wharf.Oci.Runtime;

public static partial class SpecReader
{
    private static Process? ReadProcess(ref Utf8JsonReader json) => Object(ref json, new Process(), static (ref Utf8JsonReader json, string name, Process process) =>
    {
        switch (name)
        {
            case "terminal": process.Terminal = Truth(ref json); break;
            case "consoleSize": process.ConsoleSize = ReadBox(ref json); break;
            case "user": process.User = ReadUser(ref json); break;
            case "args": process.Args = List(ref json, ReadText); break;
            case "commandLine": process.CommandLine = Text(ref json); break;
            case "env": process.Env = List(ref json, ReadText); break;
            case "cwd": process.Cwd = Text(ref json) ?? string.Empty; break;
            case "capabilities": process.Capabilities = ReadCapabilities(ref json); break;
            case "rlimits": process.Rlimits = List(ref json, ReadRlimit); break;
            case "noNewPrivileges": process.NoNewPrivileges = Truth(ref json); break;
            case "apparmorProfile": process.ApparmorProfile = Text(ref json); break;
            case "oomScoreAdj": process.OomScoreAdj = Int32(ref json); break;
            case "scheduler": process.Scheduler = ReadScheduler(ref json); break;
            case "selinuxLabel": process.SelinuxLabel = Text(ref json); break;
            case "ioPriority": process.IoPriority = ReadIoPriority(ref json); break;
            case "execCPUAffinity": process.ExecCPUAffinity = ReadCpuAffinity(ref json); break;
            default: return false;
        }

        return true;
    });

    private static Box? ReadBox(ref Utf8JsonReader json) => Object(ref json, new Box(), static (ref Utf8JsonReader json, string name, Box box) =>
    {
        switch (name)
        {
            case "height": box.Height = Required(UInt32(ref json)); break;
            case "width": box.Width = Required(UInt32(ref json)); break;
            default: return false;
        }

        return true;
    });

    private static User? ReadUser(ref Utf8JsonReader json) => Object(ref json, new User(), static (ref Utf8JsonReader json, string name, User user) =>
    {
        switch (name)
        {
            case "uid": user.Uid = Required(UInt32(ref json)); break;
            case "gid": user.Gid = Required(UInt32(ref json)); break;
            case "umask": user.Umask = UInt32(ref json); break;
            case "additionalGids": user.AdditionalGids = List(ref json, ReadUInt32); break;
            case "username": user.Username = Text(ref json); break;
            default: return false;
        }

        return true;
    });

    private static Capabilities? ReadCapabilities(ref Utf8JsonReader json) => Object(ref json, new Capabilities(), static (ref Utf8JsonReader json, string name, Capabilities capabilities) =>
    {
        switch (name)
        {
            case "bounding": capabilities.Bounding = List(ref json, ReadText); break;
            case "effective": capabilities.Effective = List(ref json, ReadText); break;
            case "inheritable": capabilities.Inheritable = List(ref json, ReadText); break;
            case "permitted": capabilities.Permitted = List(ref json, ReadText); break;
            case "ambient": capabilities.Ambient = List(ref json, ReadText); break;
            default: return false;
        }

        return true;
    });

    private static Rlimit? ReadRlimit(ref Utf8JsonReader json) => Object(ref json, new Rlimit(), static (ref Utf8JsonReader json, string name, Rlimit rlimit) =>
    {
        switch (name)
        {
            case "type": rlimit.Type = Text(ref json) ?? string.Empty; break;
            case "hard": rlimit.Hard = Required(UInt64(ref json)); break;
            case "soft": rlimit.Soft = Required(UInt64(ref json)); break;
            default: return false;
        }

        return true;
    });

    private static Scheduler? ReadScheduler(ref Utf8JsonReader json) => Object(ref json, new Scheduler(), static (ref Utf8JsonReader json, string name, Scheduler scheduler) =>
    {
        switch (name)
        {
            case "policy": scheduler.Policy = Text(ref json); break;
            case "nice": scheduler.Nice = Int32(ref json); break;
            case "priority": scheduler.Priority = Int32(ref json); break;
            case "flags": scheduler.Flags = List(ref json, ReadText); break;
            case "runtime": scheduler.Runtime = UInt64(ref json); break;
            case "deadline": scheduler.Deadline = UInt64(ref json); break;
            case "period": scheduler.Period = UInt64(ref json); break;
            default: return false;
        }

        return true;
    });

    private static IoPriority? ReadIoPriority(ref Utf8JsonReader json) => Object(ref json, new IoPriority(), static (ref Utf8JsonReader json, string name, IoPriority ioPriority) =>
    {
        switch (name)
        {
            case "class": ioPriority.Class = Text(ref json); break;
            case "priority": ioPriority.Priority = Int32(ref json); break;
            default: return false;
        }

        return true;
    });

    private static CpuAffinity? ReadCpuAffinity(ref Utf8JsonReader json) => Object(ref json, new CpuAffinity(), static (ref Utf8JsonReader json, string name, CpuAffinity cpuAffinity) =>
    {
        switch (name)
        {
            case "initial": cpuAffinity.Initial = Text(ref json); break;
            case "final": cpuAffinity.Final = Text(ref json); break;
            default: return false;
        }

        return true;
    });
}
