using System.Globalization;
using Wharf.Daemon.Networks;
using Wharf.Daemon.Security;
using Wharf.EngineApi.Containers;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using Mount = Wharf.Oci.Runtime.Mount;

namespace Wharf.Daemon.Containers;

/// <summary>The runtime-spec document of a container, with docker's defaults.</summary>
internal static partial class ContainerSpec
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const string InitInside = "/sbin/docker-init";
    private static readonly string[] Masked = ["/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"];
    private static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    internal static RuntimeSpec Of(Container container, User user, ContainerNetwork network, IReadOnlyList<Mount> own, SharedNamespaces shared, string? shm, SpecDefaults defaults)
    {
        ContainerConfig config = container.Config;
        HostConfig host = container.Document.HostConfig;
        IReadOnlyList<string> capabilities = DefaultCapabilities.For(host);
        var security = SecurityOptions.Parse(host.SecurityOpt);
        DeviceSpec devices = DeviceSpec.Of(host);
        IReadOnlyList<string> command = [container.Document.Path, .. container.Document.Args];
        bool init = host.Init ?? defaults.UsesInit;
        return new RuntimeSpec
        {
            OciVersion = "1.2.0",
            Process = new Process
            {
                Terminal = config.Tty ? true : null,
                User = user,
                Args = init && SharedNamespaces.Target(host.PidMode) is null && host.PidMode != "host" ? [InitInside, "--", .. command] : command,
                ConsoleSize = config.Tty && host.ConsoleSize is [> 0 and var rows, > 0 and var columns] ? new Box { Height = (uint)rows, Width = (uint)columns } : null,
                Env = Environment(config),
                Cwd = config.WorkingDir.Length > 0 ? config.WorkingDir : "/",
                Capabilities = Sets(capabilities, user),
                NoNewPrivileges = security.NoNewPrivileges ?? defaults.NoNewPrivileges,
                ApparmorProfile = AppArmor(security),
                OomScoreAdj = host.OomScoreAdj,
                Rlimits = Limits(host),
            },
            Root = new Root { Path = "rootfs", Readonly = host.ReadonlyRootfs },
            Hostname = config.Hostname,
            Domainname = config.Domainname.Length > 0 ? config.Domainname : null,
            Mounts = Mounts(network, host, own, shm, security, init ? defaults.InitPath : null),
            Annotations = host.Annotations is { Count: > 0 } annotations ? annotations : null,
            Linux = new LinuxPlatform
            {
                Namespaces = Namespaces(host, network, shared),
                Devices = devices.Nodes.Count > 0 ? devices.Nodes : null,
                CgroupsPath = CgroupPath(host, defaults, container.Id),
                Sysctl = Sysctls(host, network),
                Resources = Resources(host) with { Devices = devices.Rules },
                MaskedPaths = host.Privileged || security.OpenPaths ? null : host.MaskedPaths ?? Masked,
                ReadonlyPaths = host.Privileged || security.OpenPaths ? null : host.ReadonlyPaths ?? ReadOnly,
                Seccomp = security.Filter(host, capabilities, defaults.SeccompProfile),
                RootfsPropagation = own.Any(mount => mount.Options?.Any(option => option is "shared" or "rshared") == true) ? "rshared" : own.Any(mount => mount.Options?.Any(option => option is "slave" or "rslave") == true) ? "rslave" : null,
            },
        };
    }

    /// <summary>An exec's process: the container's, with what the request changes.</summary>
    internal static Process ForExec(Container container, ExecCreateRequest request, User user, SpecDefaults defaults)
    {
        HostConfig host = container.Document.HostConfig with { Privileged = request.Privileged || container.Document.HostConfig.Privileged };
        return new Process
        {
            Terminal = request.Tty ? true : null,
            User = user,
            Args = request.Cmd,
            Env = [.. Environment(container.Config), .. request.Env ?? []],
            Cwd = request.WorkingDir.Length > 0 ? request.WorkingDir : container.Config.WorkingDir.Length > 0 ? container.Config.WorkingDir : "/",
            Capabilities = Sets(DefaultCapabilities.For(host), user),
            NoNewPrivileges = SecurityOptions.Parse(host.SecurityOpt).NoNewPrivileges ?? defaults.NoNewPrivileges,
            ApparmorProfile = AppArmor(SecurityOptions.Parse(host.SecurityOpt)),
            OomScoreAdj = host.OomScoreAdj,
            Rlimits = Limits(host),
        };
    }

    private static IReadOnlyList<Rlimit>? Limits(HostConfig host) => host.Ulimits is { Count: > 0 } limits
        ? [.. limits.Select(limit => new Rlimit { Type = "RLIMIT_" + limit.Name.ToUpperInvariant(), Soft = (ulong)limit.Soft, Hard = (ulong)limit.Hard })]
        : null;

    private static List<string> Environment(ContainerConfig config)
    {
        var environment = new List<string>();
        if (!(config.Env ?? []).Any(entry => entry.StartsWith("PATH=", StringComparison.Ordinal)))
        {
            environment.Add(DefaultPath);
        }

        environment.Add("HOSTNAME=" + config.Hostname);
        if (config.Tty)
        {
            environment.Add("TERM=xterm");
        }

        // A name without a value is not the daemon's own (CVE-2026-57231).
        environment.AddRange((config.Env ?? []).Where(entry => entry.Contains('=', StringComparison.Ordinal)));
        return environment;
    }

    private static Capabilities Sets(IReadOnlyList<string> capabilities, User user) => new()
    {
        Bounding = capabilities,
        Effective = user.Uid == 0 ? capabilities : [],
        Permitted = user.Uid == 0 ? capabilities : [],
    };

    private static List<Mount> Mounts(ContainerNetwork network, HostConfig host, IReadOnlyList<Mount> own, string? sharedMemory, SecurityOptions security, string? init)
    {
        string shm = (host.ShmSize > 0 ? host.ShmSize : 64 << 20).ToString(CultureInfo.InvariantCulture);
        string access = host.Privileged ? "rw" : "ro";
        List<Mount> mounts =
        [
            new() { Destination = "/proc", Type = "proc", Source = "proc", Options = ["nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            new() { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", access] },
            new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = [security.WritableCgroups ? "rw" : access, "nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] },
            Bind("/etc/resolv.conf", Path.Combine(network.FilesFolder, "resolv.conf")),
            Bind("/etc/hostname", Path.Combine(network.FilesFolder, "hostname")),
            Bind("/etc/hosts", Path.Combine(network.FilesFolder, "hosts")),
        ];
        if (host.IpcMode != "none")
        {
            mounts.Add(host.IpcMode == "host" ? Bind("/dev/shm", "/dev/shm")
                : sharedMemory is { } other ? Bind("/dev/shm", other)
                : new Mount { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", "size=" + shm] });
        }

        if (init is not null)
        {
            mounts.Add(new Mount { Destination = InitInside, Type = "bind", Source = init, Options = ["bind", "ro"] });
        }

        // A mount of the user's takes the place of one that is usual.
        mounts.RemoveAll(usual => own.Any(mount => mount.Destination == usual.Destination));
        mounts.AddRange(own);
        return mounts;
    }

    private static Mount Bind(string destination, string source) => new() { Destination = destination, Type = "bind", Source = source, Options = ["rbind", "rprivate"] };

    /// <summary>Only where the kernel has it: elsewhere docker ignores the option too.</summary>
    private static string? AppArmor(SecurityOptions security) =>
        security.AppArmor is { } profile && Files.TryReadText("/sys/module/apparmor/parameters/enabled")?.StartsWith('Y') == true ? profile : null;

    /// <summary>Docker's own, so that every user may ping and serve any port; then those of the container.</summary>
    private static Dictionary<string, string>? Sysctls(HostConfig host, ContainerNetwork network)
    {
        Dictionary<string, string> all = network.IsOwn
            ? new() { ["net.ipv4.ip_unprivileged_port_start"] = "0", ["net.ipv4.ping_group_range"] = "0 2147483647" }
            : [];
        foreach ((string name, string value) in host.Sysctls ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        return all.Count > 0 ? all : null;
    }

    /// <summary>A path, or for systemd SLICE:PREFIX:NAME, of which the runtime makes the scope PREFIX-NAME.</summary>
    internal static string CgroupPath(HostConfig host, SpecDefaults defaults, string id)
    {
        string parent = host.CgroupParent.Length > 0 ? host.CgroupParent : defaults.CgroupParent;
        if (defaults.SystemdCgroup)
        {
            return parent.Length == 0 ? $"system.slice:docker:{id}"
                : parent.EndsWith(".slice", StringComparison.Ordinal) && !parent.Contains('/', StringComparison.Ordinal) ? $"{parent}:docker:{id}"
                : throw new EngineException(EngineErrorKind.InvalidParameter, "cgroup-parent for systemd cgroup should be a valid slice named as \"xxx.slice\"");
        }

        return $"/{(parent.Length > 0 ? parent : "docker").Trim('/')}/{id}";
    }
}
