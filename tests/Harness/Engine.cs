using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Wharf.Harness;

/// <summary>
/// wharf-containerd and wharfd of a test's own: roots, sockets, bridge and cgroup that no other engine on the host has.
/// Disposing it removes its containers, ends its daemons and deletes what they kept.
/// </summary>
public sealed class Engine : IDisposable
{
    private static int count;
    private readonly List<string> daemonFlags;
    private readonly string? network;
    private Process? containerd;
    private Process? daemon;

    public Engine(params string[] daemonFlags)
        : this(null, daemonFlags)
    {
    }

    /// <param name="network">The name of the network namespace, as of ip-netns(8), that stands for the host; null: the machine's.</param>
    public Engine(string? network, IReadOnlyList<string> daemonFlags)
    {
        this.network = network;
        int number = Interlocked.Increment(ref count);
        string name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId:x}{number:x}");

        // Short, because the path of a unix socket ends after 107 bytes.
        Root = $"/tmp/wharf-e2e-{name}";
        FirewallTable = FirewallTables.Of(Path.Combine(Root, "lib-wharf"));
        Bridge = $"we{name}";
        CgroupParent = $"/wharf-e2e-{name}";
        int slot = (Environment.ProcessId * 31) + number;
        Subnet = $"10.{200 + (slot / 256 % 50)}.{slot % 256}.1/24";
        this.daemonFlags = [.. daemonFlags];
        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        StartContainerd();
        StartDaemon();
    }

    public string Root { get; }

    public string Bridge { get; }

    public string CgroupParent { get; }

    public string Subnet { get; }

    /// <summary>The table that the engine's firewall rules are in.</summary>
    public string FirewallTable { get; }

    public string Socket => Path.Combine(Root, "wharfd.sock");

    public string Host => "unix://" + Socket;

    public string ContainerdSocket => Path.Combine(Root, "containerd.sock");

    public string ContainerdRoot => Path.Combine(Root, "lib-containerd");

    public string ContainerdState => Path.Combine(Root, "run-containerd");

    public int DaemonId => daemon?.Id ?? throw new InvalidOperationException("wharfd is not running");

    public int ContainerdId => containerd?.Id ?? throw new InvalidOperationException("wharf-containerd is not running");

    /// <summary>Runs our client against this engine.</summary>
    public Command Wharf(params string[] arguments) => Client(Programs.Wharf, arguments);

    /// <summary>Runs the docker client of the machine against this engine.</summary>
    public Command Docker(params string[] arguments) => Client("docker", arguments);

    public Command Client(string program, IReadOnlyList<string> arguments, string? input = null, TimeSpan? timeout = null) =>
        Command.Run(program, arguments, input, ClientEnvironment(), timeout: timeout);

    /// <summary>A client that goes on: the caller owns it.</summary>
    public Process Open(string program, params string[] arguments) => Command.Start(program, arguments, ClientEnvironment());

    public Dictionary<string, string?> ClientEnvironment() => new()
    {
        ["DOCKER_HOST"] = Host,
        ["DOCKER_CONFIG"] = Path.Combine(Root, "client"),
        ["DOCKER_CLI_HINTS"] = "false",
    };

    /// <summary>Runs ctr against this engine's containerd.</summary>
    public Command Ctr(params string[] arguments) => Command.Run("ctr", ["--address", ContainerdSocket, .. arguments]);

    public void StartContainerd()
    {
        containerd = Launch(Programs.Containerd, "wharf-containerd.log", "--address", ContainerdSocket, "--root", ContainerdRoot, "--state", ContainerdState);
        Await(() => Answers(ContainerdSocket), containerd, "wharf-containerd.log");
    }

    public void StartDaemon()
    {
        daemon = Launch(
            Programs.Daemon,
            "wharfd.log",
            ["-H", Host, "--data-root", Path.Combine(Root, "lib-wharf"), "--exec-root", Path.Combine(Root, "run-wharf"), "--pidfile", Path.Combine(Root, "wharfd.pid"), "--containerd", ContainerdSocket, "--bridge", Bridge, "--bip", Subnet, "--cgroup-parent", CgroupParent, .. daemonFlags]);
        Await(() => Answers(Socket), daemon, "wharfd.log");
        Await(() => Wharf("image", "inspect", "busybox:latest").ExitCode == 0, daemon, "wharfd.log");
    }

    /// <summary>SIGKILL: no clean-up, no farewell.</summary>
    public void KillDaemon() => End(ref daemon);

    /// <inheritdoc cref="KillDaemon"/>
    public void KillContainerd() => End(ref containerd);

    /// <summary>SIGTERM, as an administrator does.</summary>
    public void StopDaemon()
    {
        Process running = daemon ?? throw new InvalidOperationException("wharfd is not running");
        Command.Run("kill", "-TERM", running.Id.ToString(CultureInfo.InvariantCulture)).Succeeds();
        if (!running.WaitForExit(TimeSpan.FromSeconds(30)))
        {
            throw new TimeoutException("wharfd does not end on SIGTERM");
        }

        running.Dispose();
        daemon = null;
    }

    public string Log(string name) => File.Exists(Path.Combine(Root, name)) ? File.ReadAllText(Path.Combine(Root, name)) : string.Empty;

    public void Dispose()
    {
        try
        {
            RemoveContainers();
        }
        finally
        {
            End(ref daemon);
            End(ref containerd);
            KillShims();
            UnmountBelow();
            RemoveBridges();
            RemoveCgroups();
            Command.Run("rm", "-rf", "--one-file-system", Root);
        }
    }

    /// <summary>In a namespace of its own they go with it.</summary>
    private void RemoveBridges()
    {
        if (network is null)
        {
            foreach (string line in Command.Run("ip", "-o", "link", "show", "type", "bridge").Output.Split('\n').Where(line => line.Contains(FirewallTable + ": network", StringComparison.Ordinal)))
            {
                Command.Run("ip", "link", "delete", line.Split(':')[1].Trim());
            }

            FirewallTables.Delete(FirewallTable);
        }
    }

    private void RemoveContainers()
    {
        if (daemon is null || daemon.HasExited || containerd is null || containerd.HasExited)
        {
            return;
        }

        string[] containers = Wharf("ps", "-aq", "--no-trunc").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (containers.Length > 0)
        {
            Wharf(["rm", "-f", .. containers]);
        }
    }

    private Process Launch(string program, string log, params string[] arguments)
    {
        if (network is not null && program == Programs.Daemon)
        {
            arguments = ["--net=/run/netns/" + network, program, .. arguments];
            program = "nsenter";
        }

        // Through sh, so that the daemon writes its log to a file, not to a pipe that dies with the test.
        string[] shell = ["-c", "exec \"$0\" \"$@\" >>\"$LOG\" 2>&1 </dev/null", program, .. arguments];
        return Command.Start("/bin/sh", shell, new Dictionary<string, string?> { ["LOG"] = Path.Combine(Root, log) });
    }

    private void Await(Func<bool> ready, Process process, string log)
    {
        var limit = Stopwatch.StartNew();
        while (!ready())
        {
            if (process.HasExited || limit.Elapsed > TimeSpan.FromSeconds(30))
            {
                string state = process.HasExited ? $"ended with {process.ExitCode}" : "does not answer";
                string text = Log(log);
                Dispose();
                throw new InvalidOperationException($"{log}: daemon {state}\n{text}");
            }

            Thread.Sleep(20);
        }
    }

    private static bool Answers(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void End(ref Process? process)
    {
        if (process is null)
        {
            return;
        }

        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
        process = null;
    }

    private void KillShims()
    {
        foreach (int id in HostProcesses.Naming(Root))
        {
            Command.Run("kill", "-KILL", id.ToString(CultureInfo.InvariantCulture));
        }
    }

    private void UnmountBelow()
    {
        foreach (string point in HostMounts.Below(Root).Reverse())
        {
            Command.Run("umount", "-l", point);
        }
    }

    private void RemoveCgroups()
    {
        foreach (string folder in HostCgroups.Below(CgroupParent).Reverse())
        {
            foreach (string id in File.ReadAllLines(Path.Combine(folder, "cgroup.procs")))
            {
                Command.Run("kill", "-KILL", id);
            }

            Command.Run("rmdir", folder);
        }
    }
}
