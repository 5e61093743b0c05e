using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Embedding;

/// <summary>A spec to begin with. Source: https://github.com/opencontainers/runtime-spec/blob/main/config.md</summary>
public static class ContainerSpec
{
    private static readonly string[] Capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    // A mount of type cgroup shows the whole tree of v2, and of v1 only the container's folders: there a namespace is the user's choice, as with runc.
    private static IEnumerable<string> NamespaceTypes => ["pid", "network", "ipc", "uts", "mount", .. File.Exists("/sys/fs/cgroup/cgroup.controllers") ? ["cgroup"] : Array.Empty<string>()];

    /// <summary>
    /// A program in namespaces of its own, without a network, with three capabilities and no way to more, no device but those of every
    /// container, and no limits. Change the result before it is used: its parts are settable.
    /// </summary>
    /// <param name="rootfs">The folder that the container has as its root; the program may write to it.</param>
    /// <param name="arguments">The program, looked up in the container's PATH, and its arguments.</param>
    public static RuntimeSpec Of(string rootfs, params string[] arguments)
    {
        RuntimeSpec template = Template();
        return template with
        {
            Process = template.Process! with { Terminal = null, Args = arguments, Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] },
            Root = new Root { Path = Path.GetFullPath(rootfs) },
            Hostname = "container",
        };
    }

    /// <summary>What `runc spec` writes: a shell on a terminal with a read-only root.</summary>
    internal static RuntimeSpec Template() => new()
    {
        OciVersion = Wharf.Libcontainer.Container.SpecVersion,
        Process = new Process
        {
            Terminal = true,
            User = new User(),
            Args = ["sh"],
            Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
            Cwd = "/",
            Capabilities = new Capabilities { Bounding = Capabilities, Effective = Capabilities, Permitted = Capabilities },
            Rlimits = [new Rlimit { Type = "RLIMIT_NOFILE", Hard = 1024, Soft = 1024 }],
            NoNewPrivileges = true,
        },
        Root = new Root { Path = "rootfs", Readonly = true },
        Hostname = "runc",
        Mounts =
        [
            new Mount { Destination = "/proc", Type = "proc", Source = "proc" },
            new Mount { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new Mount { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            new Mount { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
            new Mount { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] },
            new Mount { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", "ro"] },
            new Mount { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev", "relatime", "ro"] },
        ],
        Linux = new LinuxPlatform
        {
            Resources = new Resources { Devices = [new DeviceRule { Allow = false, Access = "rwm" }] },
            Namespaces = [.. NamespaceTypes.Select(type => new Namespace { Type = type })],
            MaskedPaths = ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"],
            ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    };
}
