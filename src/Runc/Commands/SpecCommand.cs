using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>Writes a config.json to begin with: a shell on a terminal with a read-only root.</summary>
internal static class SpecCommand
{
    private static readonly string[] Capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    // A mount of type cgroup shows the whole tree of v2, and of v1 only the container's folders: there a namespace is the user's choice, as with runc.
    private static IEnumerable<string> NamespaceTypes => ["pid", "network", "ipc", "uts", "mount", .. File.Exists("/sys/fs/cgroup/cgroup.controllers") ? ["cgroup"] : Array.Empty<string>()];

    internal static readonly Flag[] Flags = [new("bundle", TakesValue: true, Letter: 'b'), new("rootless")];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        string path = Path.Combine(arguments.Value("bundle") ?? ".", "config.json");
        if (File.Exists(path))
        {
            throw new ContainerException("File config.json exists. Remove it first");
        }

        using FileStream file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1 });
        JsonSerializer.Serialize(json, arguments.Has("rootless") ? Rootless(Template()) : Template(), RuntimeJson.Default.RuntimeSpec);
        return 0;
    }

    /// <summary>The same for a user without privileges: in a user namespace, with what such a user may mount, without limits.</summary>
    private static RuntimeSpec Rootless(RuntimeSpec spec) => spec with
    {
        Mounts =
        [
            .. spec.Mounts!.Select(mount => mount.Destination == "/sys"
                ? new Mount { Destination = "/sys", Type = "none", Source = "/sys", Options = ["rbind", "nosuid", "noexec", "nodev", "ro"] }
                : mount with { Options = mount.Options is null ? null : [.. mount.Options.Where(option => !option.StartsWith("gid=", StringComparison.Ordinal) && !option.StartsWith("uid=", StringComparison.Ordinal))] }),
        ],
        Linux = spec.Linux! with
        {
            Resources = null,
            Namespaces = [.. spec.Linux.Namespaces!.Where(place => place.Type is not ("network" or "user")), new Namespace { Type = "user" }],
            UidMappings = [new IdMapping { ContainerID = 0, HostID = CurrentProcess.EffectiveUserId, Size = 1 }],
            GidMappings = [new IdMapping { ContainerID = 0, HostID = CurrentProcess.EffectiveGroupId, Size = 1 }],
        },
    };

    private static RuntimeSpec Template() => new()
    {
        OciVersion = Container.SpecVersion,
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
