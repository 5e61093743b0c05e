using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Wharf.Harness;

/// <summary>wharfd above the containerd of the machine's distribution: roots and sockets of a test's own.</summary>
public sealed class DaemonOnContainerd : IDisposable
{
    private static int count;
    private Process containerd;
    private readonly string[] flags;
    private readonly string firewallTable;
    private Process daemon;

    /// <param name="size">With a size such as "8m", everything that the two keep is on a small filesystem of its own.</param>
    public DaemonOnContainerd(string? size = null, params string[] flags)
    {
        Root = string.Create(CultureInfo.InvariantCulture, $"/tmp/wharf-doc-{Environment.ProcessId:x}{Interlocked.Increment(ref count):x}");
        this.flags = flags;
        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Disk);
        if (size is not null)
        {
            Command.Run("mount", "-t", "tmpfs", "-o", $"size={size}", "wharf-test", Disk).Succeeds();
            IsMounted = true;
        }

        File.WriteAllText(Path.Combine(Root, "containerd.toml"), $"""
            version = 2
            root = "{Disk}/containerd"
            state = "{Root}/state"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "{ContainerdSocket}"
            """);
        firewallTable = FirewallTables.Of(Path.Combine(Disk, "wharf"));
        containerd = StartContainerd();
        daemon = StartDaemon();
    }

    public string Root { get; }

    public string Disk => Path.Combine(Root, "disk");

    public string ContainerdSocket => Path.Combine(Root, "cd.sock");

    public string Socket => Path.Combine(Root, "wharfd.sock");

    private bool IsMounted { get; }

    /// <summary>Runs the docker client of the machine against the daemon.</summary>
    public Command Docker(params string[] arguments) => Command.Run("docker", arguments, environment: ClientEnvironment(), timeout: TimeSpan.FromMinutes(3));

    public Command Docker(IReadOnlyList<string> arguments, string input) => Command.Run("docker", arguments, input, ClientEnvironment());

    /// <summary>Runs ctr in the daemon's namespace.</summary>
    public Command Ctr(params string[] arguments) => Command.Run("ctr", ["--address", ContainerdSocket, "--namespace", "moby", .. arguments]);

    /// <summary>What the store holds: names, blobs, ingests, snapshots and leases, one a line.</summary>
    public IReadOnlyList<string> Stored() =>
    [
        .. Lines("image", "images", "ls", "-q"),
        .. Lines("content", "content", "ls", "-q"),
        .. Lines("ingest", "content", "active").Where(line => !line.Contains("REF", StringComparison.Ordinal)),
        .. Lines("snapshot", "snapshots", "ls").Where(line => !line.Contains("KEY", StringComparison.Ordinal)),
        .. Lines("lease", "leases", "ls", "-q"),
    ];

    /// <summary>SIGKILL, and a new start on the same data.</summary>
    public void RestartDaemon()
    {
        End(daemon);
        daemon = StartDaemon();
    }

    public void KillDaemon() => End(daemon);

    /// <summary>SIGTERM. False when it does not end soon.</summary>
    public bool StopDaemon()
    {
        Command.Run("kill", "-TERM", daemon.Id.ToString(CultureInfo.InvariantCulture)).Succeeds();
        return daemon.WaitForExit(TimeSpan.FromSeconds(20));
    }

    public void StartDaemonAgain() => daemon = StartDaemon();

    public void KillContainerd() => End(containerd);

    public void StartContainerdAgain() => containerd = StartContainerd();

    public bool IsAlive => !daemon.HasExited && !containerd.HasExited;

    public Dictionary<string, string?> ClientEnvironment() => new()
    {
        ["DOCKER_HOST"] = "unix://" + Socket,
        ["DOCKER_CONFIG"] = Path.Combine(Root, "client"),
        ["DOCKER_CLI_HINTS"] = "false",
    };

    public void Dispose()
    {
        End(daemon);
        End(containerd);

        // Shims outlive both, and a container outlives its shim: their children first.
        IReadOnlyList<int> shims = HostProcesses.Naming(Root);
        int[] containers = [.. HostProcesses.All().Where(id => shims.Contains(HostProcesses.Parent(id)))];
        foreach (int id in containers.Concat(shims))
        {
            Command.Run("kill", "-KILL", id.ToString(CultureInfo.InvariantCulture));
        }

        FirewallTables.Delete(firewallTable);
        foreach (string point in HostMounts.Below(Root).Where(point => point != Disk).Reverse())
        {
            Command.Run("umount", "-l", point);
        }

        if (IsMounted)
        {
            Command.Run("umount", "-l", Disk);
        }

        Command.Run("rm", "-rf", "--one-file-system", Root);
    }

    private IEnumerable<string> Lines(string kind, params string[] arguments) =>
        Ctr(arguments).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"{kind} {line.Trim()}");

    private Process StartContainerd()
    {
        Process process = Launch("containerd", "containerd.log", "-c", Path.Combine(Root, "containerd.toml"));
        Await(ContainerdSocket, process, "containerd.log");
        return process;
    }

    private Process StartDaemon()
    {
        File.Delete(Socket);
        Process process = Launch(
            Programs.Daemon,
            "wharfd.log",
            ["-H", "unix://" + Socket, "--data-root", Path.Combine(Disk, "wharf"), "--exec-root", Path.Combine(Root, "exec"), "--pidfile", Path.Combine(Root, "wharfd.pid"), "--containerd", ContainerdSocket, .. flags.Contains("--bridge") ? flags : ["--bridge", "none", .. flags]]);
        Await(Socket, process, "wharfd.log");
        return process;
    }

    private Process Launch(string program, string log, params string[] arguments)
    {
        string[] shell = ["-c", "exec \"$0\" \"$@\" >>\"$LOG\" 2>&1 </dev/null", program, .. arguments];
        return Command.Start("/bin/sh", shell, new Dictionary<string, string?> { ["LOG"] = Path.Combine(Root, log) });
    }

    private void Await(string socketPath, Process process, string log)
    {
        var limit = Stopwatch.StartNew();
        while (!Answers(socketPath))
        {
            if (process.HasExited || limit.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException($"{log}: does not answer\n{File.ReadAllText(Path.Combine(Root, log))}");
            }

            Thread.Sleep(20);
        }
    }

    private static bool Answers(string path)
    {
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

    private static void End(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
