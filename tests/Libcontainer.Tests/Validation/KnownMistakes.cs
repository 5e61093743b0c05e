using System.Text.Json.Nodes;

namespace Wharf.Libcontainer.Tests.Validation;

/// <summary>Values of the right kind that the specification, the kernel or this runtime does not allow, by their places.</summary>
internal static class KnownMistakes
{
    private static readonly (string Place, string[] Values)[] Wrong =
    [
        ("ociVersion", ["\"latest\"", "\"1\"", "\"v1.0.0\""]),
        ("process.cwd", ["\"\"", "\"relative\"", "\"./here\""]),
        ("process.args", ["[]", "null"]),
        ("process.env[0]", ["\"\"", "\"PATH\"", "\"=value\""]),
        ("process.user.uid", ["4294967295", "4294967296", "-1"]),
        ("process.user.gid", ["4294967295", "4294967296", "-1"]),
        ("process.user.additionalGids[1]", ["4294967295", "-5"]),
        ("process.user.umask", ["512", "4294967295", "-1"]),
        ("process.consoleSize.height", ["65536", "-1"]),
        ("process.consoleSize.width", ["65536", "-1"]),
        ("process.rlimits[0].type", ["\"RLIMIT_CORE_\"", "\"\"", "\"nofile\""]),
        ("process.rlimits[1].type", ["\"RLIMIT_NOFILE\""]),
        ("process.rlimits[0].soft", ["1025", "18446744073709551615"]),
        ("process.rlimits[0].hard", ["-1", "18446744073709551616"]),
        ("process.oomScoreAdj", ["1001", "-1001", "2147483647", "2147483648"]),
        ("process.scheduler", ["{}", """{"policy":"SCHED_X"}""", """{"policy":"SCHED_OTHER","priority":5}""", """{"policy":"SCHED_OTHER","nice":20}""", """{"policy":"SCHED_FIFO","runtime":1}""", """{"policy":"SCHED_OTHER","flags":["X"]}"""]),
        ("process.ioPriority", ["{}", """{"class":"X","priority":1}""", """{"class":"IOPRIO_CLASS_BE","priority":8}""", """{"class":"IOPRIO_CLASS_BE","priority":-1}"""]),
        ("process.execCPUAffinity", ["""{"initial":"a"}""", """{"final":"3-1"}""", """{"final":"5000"}""", """{"initial":","}"""]),
        ("root.path", ["\"\""]),
        ("mounts[0].destination", ["\"\"", "\"/\"", "\"//\""]),
        ("mounts[0].type", ["\"\"", "\"none\"", "\"bind\""]),
        ("mounts[1].source", ["\"\"", "null"]),
        ("mounts[1].uidMappings[0].size", ["0", "4294967295"]),
        ("mounts[1].gidMappings[0].size", ["0", "4294967295"]),
        ("hooks.prestart[0].path", ["\"\"", "\"true\"", "\"bin/true\""]),
        ("hooks.createRuntime[0].timeout", ["0", "-1", "2147483648"]),
        ("hooks.createContainer[0].path", ["\"\"", "\"true\""]),
        ("hooks.startContainer[0].timeout", ["0", "-1"]),
        ("hooks.poststart[0].path", ["\"\"", "\"true\""]),
        ("hooks.poststop[0].path", ["\"\"", "\"true\""]),
        ("linux.uidMappings[0].size", ["0", "4294967295"]),
        ("linux.gidMappings[0].hostID", ["-1", "4294967296"]),
        ("linux.namespaces[0].type", ["\"\"", "\"pids\"", "\"PID\""]),
        ("linux.namespaces[3].type", ["\"pid\"", "\"ipc\""]),
        ("linux.sysctl", ["""{"kernel.core_pattern":"x"}""", """{"":"x"}""", """{"net/../kernel/panic":"1"}""", """{"kernel.hostname":"x"}""", """{"vm.swappiness":"1"}"""]),
        ("linux.devices[0].path", ["\"\"", "\"fuse\"", "\"/dev/\""]),
        ("linux.devices[0].type", ["\"\"", "\"x\"", "\"cc\""]),
        ("linux.devices[0].major", ["-1", "4096", "9223372036854775807"]),
        ("linux.devices[0].minor", ["-1", "1048576", "9223372036854775807"]),
        ("linux.devices[0].uid", ["4294967295", "-1"]),
        ("linux.devices[0].gid", ["4294967295", "-1"]),
        ("linux.netDevices", ["""{"name-that-is-too-long":{}}""", """{"a/b":{}}""", """{"eth0":{"name":"a b"}}""", """{"..":{}}"""]),
        ("linux.rootfsPropagation", ["\"private-ish\"", "\"rw\""]),
        ("linux.maskedPaths[0]", ["\"\"", "\"proc\""]),
        ("linux.readonlyPaths[0]", ["\"\"", "\"proc\""]),
        ("linux.intelRdt.closID", ["\"..\"", "\"a/b\"", "\".\""]),
        ("linux.cgroupsPath", ["\"/a/../../b\"", "\"..\""]),
        ("linux.memoryPolicy", ["{}", """{"mode":"MPOL_X"}""", """{"mode":"MPOL_BIND"}""", """{"mode":"MPOL_DEFAULT","nodes":"0"}""", """{"mode":"MPOL_BIND","nodes":"0","flags":["X"]}"""]),
        ("linux.personality", ["{}", """{"domain":"BSD"}""", """{"domain":"LINUX","flags":["X"]}"""]),
        ("linux.timeOffsets", ["""{"realtime":{"secs":1}}""", """{"monotonic":{"nanosecs":1000000000}}"""]),
        ("linux.seccomp.defaultAction", ["\"\"", "\"ALLOW\"", "\"SCMP_ACT_X\""]),
        ("linux.seccomp.defaultErrnoRet", ["4096", "65537", "-1"]),
        ("linux.seccomp.architectures[0]", ["\"\"", "\"x86\""]),
        ("linux.seccomp.flags[0]", ["\"\"", "\"LOG\""]),
        ("linux.seccomp.listenerPath", ["\"\""]),
        ("linux.seccomp.syscalls[0].names", ["[]", "null"]),
        ("linux.seccomp.syscalls[0].action", ["\"\"", "\"SCMP_ACT_NOTHING\""]),
        ("linux.seccomp.syscalls[0].errnoRet", ["65536"]),
        ("linux.seccomp.syscalls[0].args[0].index", ["6", "4294967295", "-1"]),
        ("linux.seccomp.syscalls[0].args[0].op", ["\"\"", "\"==\""]),
        ("linux.resources.devices[1].type", ["\"x\"", "\"char\""]),
        ("linux.resources.devices[1].major", ["-2"]),
        ("linux.resources.devices[1].minor", ["-2"]),
        ("linux.resources.devices[0].access", ["\"\"", "\"x\""]),
        ("linux.resources.memory.limit", ["-2", "-9223372036854775808"]),
        ("linux.resources.memory.reservation", ["-2"]),
        ("linux.resources.memory.swap", ["-2", "104857599"]),
        ("linux.resources.memory.swappiness", ["101", "-1"]),
        ("linux.resources.cpu.idle", ["2", "-1"]),
        ("linux.resources.cpu.cpus", ["\"all\"", "\"0;1\""]),
        ("linux.resources.cpu.mems", ["\"all\""]),
        ("linux.resources.blockIO.weight", ["1001", "65536", "-1"]),
        ("linux.resources.blockIO.weightDevice[0].major", ["-1"]),
        ("linux.resources.blockIO.throttleReadBpsDevice[0].minor", ["-1"]),
        ("linux.resources.hugepageLimits[0].pageSize", ["\"\"", "\"2M\"", "\"big\"", "\"../2MB\""]),
        ("linux.resources.network.priorities[0].name", ["\"\"", "\"a b\""]),
        ("linux.resources.rdma", ["""{"mlx5_1":{}}"""]),
        ("linux.resources.unified", ["""{"":"1"}""", """{"../memory.max":"1"}"""]),
    ];

    // Without these there is no container to be made.
    private static readonly string[] Needed = ["process", "process.cwd", "process.args", "root", "root.path"];

    internal static MalformedDocument Make(JsonNode document, Random random)
    {
        int number = random.Next(Wrong.Length + Needed.Length);
        if (number < Wrong.Length)
        {
            (string place, string[] values) = Wrong[number];
            string value = values[random.Next(values.Length)];
            Set(document, place, JsonNode.Parse(value));
            return MalformedDocument.From(document, place, $"{value} in its place");
        }

        string missing = Needed[number - Wrong.Length];
        (JsonNode above, string name) = Parent(document, missing);
        above.AsObject().Remove(name);
        return MalformedDocument.From(document, missing, "missing");
    }

    internal static void Set(JsonNode document, string place, JsonNode? value)
    {
        (JsonNode parent, string last) = Parent(document, place);
        if (last[0] == '[')
        {
            parent[int.Parse(last[1..^1], System.Globalization.CultureInfo.InvariantCulture)] = value;
        }
        else
        {
            parent[last] = value;
        }
    }

    private static (JsonNode Parent, string Last) Parent(JsonNode document, string place)
    {
        string[] parts = place.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        JsonNode node = document;
        foreach (string part in parts[..^1])
        {
            node = part[0] == '[' ? node[int.Parse(part[1..^1], System.Globalization.CultureInfo.InvariantCulture)]! : node[part]!;
        }

        return (node, parts[^1]);
    }
}
