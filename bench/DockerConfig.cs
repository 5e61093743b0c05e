using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Bench;

/// <summary>config.json as docker writes it for `docker run` without options: its capabilities, seccomp profile, masked paths, devices, mounts and namespaces.</summary>
internal static class DockerConfig
{
    private static readonly string[] Capabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
        "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    private static readonly string[] OwnArchitectures = ["amd64", "x32", "x86"];

    private static readonly string[] Namespaces = ["mount", "network", "uts", "pid", "ipc", "cgroup"];

    private static readonly string[] Masked =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>The document; the files of <paramref name="folder"/> are bound over those of /etc.</summary>
    internal static JsonObject Make(string folder, params string[] arguments) => new()
    {
        // A version that the oldest of the peers knows.
        ["ociVersion"] = "1.0.2",
        ["process"] = new JsonObject
        {
            ["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0, ["additionalGids"] = new JsonArray(0, 1, 2, 3, 4, 6, 10) },
            ["args"] = Array(arguments),
            ["env"] = new JsonArray("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=bench"),
            ["cwd"] = "/",
            ["capabilities"] = new JsonObject { ["bounding"] = Array(Capabilities), ["effective"] = Array(Capabilities), ["permitted"] = Array(Capabilities) },
            ["oomScoreAdj"] = 0,
        },
        ["root"] = new JsonObject { ["path"] = "rootfs" },
        ["hostname"] = "bench",
        ["mounts"] = new JsonArray(
            Mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
            Mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
            Mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
            Mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
            Mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro", "nosuid", "noexec", "nodev"),
            Mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
            Mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=67108864"),
            Mount("/etc/resolv.conf", "bind", Path.Combine(folder, "resolv.conf"), "rbind", "rprivate"),
            Mount("/etc/hostname", "bind", Path.Combine(folder, "hostname"), "rbind", "rprivate"),
            Mount("/etc/hosts", "bind", Path.Combine(folder, "hosts"), "rbind", "rprivate")),
        ["linux"] = new JsonObject
        {
            ["namespaces"] = new JsonArray([.. Namespaces.Select(type => new JsonObject { ["type"] = type })]),
            ["sysctl"] = new JsonObject { ["net.ipv4.ip_unprivileged_port_start"] = "0", ["net.ipv4.ping_group_range"] = "0 2147483647" },
            ["resources"] = new JsonObject { ["devices"] = Devices() },
            ["maskedPaths"] = Array(Masked),
            ["readonlyPaths"] = Array(ReadOnly),
            ["seccomp"] = Seccomp(),
        },
    };

    /// <summary>Docker's published profile, as a container with these capabilities gets it on x86-64.</summary>
    private static JsonObject Seccomp()
    {
        JsonNode profile = JsonNode.Parse(File.ReadAllText(Path.Combine(Programs.Checkout, "tests", "Daemon.Tests", "Data", "seccomp-default-profile.json")))!;
        var rules = new JsonArray();
        foreach (JsonObject rule in profile["syscalls"]!.AsArray().OfType<JsonObject>().Where(Applies))
        {
            rules.Add(new JsonObject(rule.Where(property => property.Key is "names" or "action" or "errnoRet" or "args").Select(property => KeyValuePair.Create(property.Key, property.Value?.DeepClone()))));
        }

        return new JsonObject
        {
            ["defaultAction"] = profile["defaultAction"]!.DeepClone(),
            ["defaultErrnoRet"] = profile["defaultErrnoRet"]!.DeepClone(),
            ["architectures"] = new JsonArray("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"),
            ["syscalls"] = rules,
        };
    }

    private static bool Applies(JsonObject rule)
    {
        string[] Words(string group, string name) => [.. (rule[group]?[name] as JsonArray ?? []).Select(word => word!.GetValue<string>())];
        return Words("includes", "caps").All(Capabilities.Contains)
            && !Words("excludes", "caps").Any(Capabilities.Contains)
            && (Words("includes", "arches") is not { Length: > 0 } only || only.Intersect(OwnArchitectures).Any())
            && !Words("excludes", "arches").Intersect(OwnArchitectures).Any();
    }

    private static JsonArray Devices()
    {
        var rules = new JsonArray(new JsonObject { ["allow"] = false, ["access"] = "rwm" });
        foreach ((int major, int minor, bool allow) in new[] { (1, 5, true), (1, 3, true), (1, 9, true), (1, 8, true), (5, 0, true), (5, 1, true), (10, 229, false) })
        {
            rules.Add(new JsonObject { ["allow"] = allow, ["type"] = "c", ["major"] = major, ["minor"] = minor, ["access"] = "rwm" });
        }

        return rules;
    }

    private static JsonObject Mount(string destination, string type, string source, params string[] options) =>
        new() { ["destination"] = destination, ["type"] = type, ["source"] = source, ["options"] = Array(options) };

    private static JsonArray Array(string[] words) => new([.. words.Select(word => (JsonNode)word)]);
}
