using System.Globalization;
using Wharf.Daemon.Networks;
using Wharf.Daemon.Security;
using Wharf.EngineApi.Containers;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>The runtime-spec document of a container, with docker's defaults.</summary>
internal static class ContainerSpec
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static readonly string[] Masked = ["/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"];
    private static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    internal static RuntimeSpec Of(Container container, User user, ContainerNetwork network, string defaultCgroupParent)
    {
        ContainerConfig config = container.Config;
        HostConfig host = container.Document.HostConfig;
        IReadOnlyList<string> capabilities = DefaultCapabilities.For(host);
        return new RuntimeSpec
        {
            OciVersion = "1.2.0",
            Process = new Process
            {
                Terminal = config.Tty ? true : null,
                User = user,
                Args = [container.Document.Path, .. container.Document.Args],
                Env = Environment(config),
                Cwd = config.WorkingDir.Length > 0 ? config.WorkingDir : "/",
                Capabilities = Sets(capabilities, user),
                NoNewPrivileges = (host.SecurityOpt ?? []).Any(option => option is "no-new-privileges" or "no-new-privileges:true" or "no-new-privileges=true"),
                OomScoreAdj = host.OomScoreAdj,
                Rlimits = host.Ulimits is { Count: > 0 } limits ? [.. limits.Select(limit => new Rlimit { Type = "RLIMIT_" + limit.Name.ToUpperInvariant(), Soft = (ulong)limit.Soft, Hard = (ulong)limit.Hard })] : null,
            },
            Root = new Root { Path = "rootfs", Readonly = host.ReadonlyRootfs },
            Hostname = config.Hostname,
            Domainname = config.Domainname.Length > 0 ? config.Domainname : null,
            Mounts = Mounts(network, host),
            Linux = new LinuxPlatform
            {
                Namespaces = Namespaces(host, network),
                CgroupsPath = CgroupPath(host, defaultCgroupParent) + "/" + container.Id,
                Sysctl = host.Sysctls is { Count: > 0 } sysctls ? sysctls : !network.IsOwn ? null : new Dictionary<string, string> { ["net.ipv4.ip_unprivileged_port_start"] = "0", ["net.ipv4.ping_group_range"] = "0 2147483647" },
                Resources = Resources(host),
                MaskedPaths = host.Privileged ? null : host.MaskedPaths ?? Masked,
                ReadonlyPaths = host.Privileged ? null : host.ReadonlyPaths ?? ReadOnly,
                Seccomp = host.Privileged || (host.SecurityOpt ?? []).Any(option => option is "seccomp=unconfined" or "seccomp:unconfined") ? null : DefaultSeccomp.For([.. capabilities]),
            },
        };
    }

    /// <summary>An exec's process: the container's, with what the request changes.</summary>
    internal static Process ForExec(Container container, ExecCreateRequest request, User user)
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
            NoNewPrivileges = (host.SecurityOpt ?? []).Any(option => option.StartsWith("no-new-privileges", StringComparison.Ordinal)),
            OomScoreAdj = host.OomScoreAdj,
        };
    }

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

    private static List<Mount> Mounts(ContainerNetwork network, HostConfig host)
    {
        string shm = (host.ShmSize > 0 ? host.ShmSize : 64 << 20).ToString(CultureInfo.InvariantCulture);
        string access = host.Privileged ? "rw" : "ro";
        List<Mount> mounts =
        [
            new() { Destination = "/proc", Type = "proc", Source = "proc", Options = ["nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            new() { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", access] },
            new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = [access, "nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", "size=" + shm] },
            Bind("/etc/resolv.conf", Path.Combine(network.FilesFolder, "resolv.conf")),
            Bind("/etc/hostname", Path.Combine(network.FilesFolder, "hostname")),
            Bind("/etc/hosts", Path.Combine(network.FilesFolder, "hosts")),
        ];
        foreach (string bind in host.Binds ?? [])
        {
            mounts.Add(UserBind(bind));
        }

        foreach ((string destination, string options) in host.Tmpfs ?? new Dictionary<string, string>())
        {
            mounts.Add(new Mount { Destination = destination, Type = "tmpfs", Source = "tmpfs", Options = ["noexec", "nosuid", "nodev", .. options.Split(',', StringSplitOptions.RemoveEmptyEntries)] });
        }

        return mounts;
    }

    private static Mount Bind(string destination, string source) => new() { Destination = destination, Type = "bind", Source = source, Options = ["rbind", "rprivate"] };

    private static Mount UserBind(string bind)
    {
        string[] parts = bind.Split(':');
        if (parts.Length is < 2 or > 3 || !parts[0].StartsWith('/') || !parts[1].StartsWith('/'))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid volume specification: '{bind}'");
        }

        string[] options = parts.Length == 3 ? parts[2].Split(',') : [];
        Directory.CreateDirectory(File.Exists(parts[0]) ? Path.GetDirectoryName(parts[0])! : parts[0]);
        string[] propagation = [.. options.Where(option => option is "private" or "rprivate" or "slave" or "rslave" or "shared" or "rshared")];
        return new Mount
        {
            Destination = parts[1],
            Type = "bind",
            Source = parts[0],
            Options = ["rbind", .. propagation.Length > 0 ? propagation : ["rprivate"], options.Contains("ro") ? "ro" : "rw"],
        };
    }

    private static List<Namespace> Namespaces(HostConfig host, ContainerNetwork network)
    {
        List<Namespace> namespaces = [new() { Type = "mount" }];
        if (!network.IsHosts)
        {
            namespaces.Add(new Namespace { Type = "network", Path = network.NamespacePath });
        }

        if (host.UTSMode != "host")
        {
            namespaces.Add(new Namespace { Type = "uts" });
        }

        if (host.PidMode != "host")
        {
            namespaces.Add(new Namespace { Type = "pid" });
        }

        if (host.IpcMode != "host")
        {
            namespaces.Add(new Namespace { Type = "ipc" });
        }

        if (host.CgroupnsMode != "host" && !host.Privileged)
        {
            namespaces.Add(new Namespace { Type = "cgroup" });
        }

        return namespaces;
    }

    private static string CgroupPath(HostConfig host, string defaultParent)
    {
        string parent = host.CgroupParent.Length > 0 ? host.CgroupParent : defaultParent.Length > 0 ? defaultParent : "/docker";
        return parent.StartsWith('/') ? parent.TrimEnd('/') : "/" + parent.TrimEnd('/');
    }

    internal static Resources Resources(HostConfig host)
    {
        long period = host.NanoCpus > 0 ? 100_000 : host.CpuPeriod;
        long quota = host.NanoCpus > 0 ? host.NanoCpus / 10_000 : host.CpuQuota;
        bool cpu = host.CpuShares != 0 || period != 0 || quota != 0 || host.CpusetCpus.Length > 0 || host.CpusetMems.Length > 0;
        bool memory = host.Memory != 0 || host.MemoryReservation != 0 || host.MemorySwap != 0 || host.OomKillDisable == true;
        return new Resources
        {
            Devices = host.Privileged ? [new DeviceRule { Allow = true, Access = "rwm" }] : [new DeviceRule { Allow = false, Access = "rwm" }],
            Memory = memory ? new Memory
            {
                Limit = host.Memory != 0 ? host.Memory : null,
                Reservation = host.MemoryReservation != 0 ? host.MemoryReservation : null,

                // Twice the limit when nothing is said, as docker has it.
                Swap = host.MemorySwap != 0 ? host.MemorySwap : host.Memory > 0 ? host.Memory * 2 : null,
                DisableOOMKiller = host.OomKillDisable,
            }
            : null,
            Cpu = cpu ? new Cpu
            {
                Shares = host.CpuShares != 0 ? (ulong)host.CpuShares : null,
                Period = period != 0 ? (ulong)period : null,
                Quota = quota != 0 ? quota : null,
                Cpus = host.CpusetCpus.Length > 0 ? host.CpusetCpus : null,
                Mems = host.CpusetMems.Length > 0 ? host.CpusetMems : null,
            }
            : null,
            Pids = host.PidsLimit is { } pids and not 0 ? new Pids { Limit = pids } : null,
        };
    }
}
