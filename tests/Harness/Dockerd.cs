using System.Diagnostics;
using System.Globalization;

namespace Wharf.Harness;

/// <summary>Debian's dockerd with a containerd of its own below it, on a socket, roots and a bridge of a test's own, and busybox:latest in its store.</summary>
public sealed class Dockerd : IDisposable
{
    public const string Program = "/usr/sbin/dockerd";

    /// <summary>Debian's client, of the daemon's own age: others may be installed before it in PATH.</summary>
    public const string DebianClient = "/usr/bin/docker";

    private static int count;
    private readonly string[] arguments;
    private Process process;

    public Dockerd(params string[] flags)
    {
        int number = Interlocked.Increment(ref count);
        string name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId:x}{number:x}");
        Root = $"/tmp/wharf-dd-{name}";
        Bridge = $"wd{name}";
        CgroupParent = $"/wharf-dd-{name}";
        int slot = (Environment.ProcessId * 31) + number;
        Gateway = $"10.{150 + (slot / 256 % 50)}.{slot % 256}.1";
        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Command.Run("ip", "link", "add", Bridge, "type", "bridge").Succeeds();
        Command.Run("ip", "address", "add", Gateway + "/24", "dev", Bridge).Succeeds();
        Command.Run("ip", "link", "set", Bridge, "up").Succeeds();
        string[] own =
        [
            "-H", Host, "--data-root", Path.Combine(Root, "lib"), "--exec-root", Path.Combine(Root, "run"), "--pidfile", Path.Combine(Root, "docker.pid"),
            "--bridge", Bridge, "--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false", "--storage-driver", "vfs", "--cgroup-parent", CgroupParent,
        ];
        arguments = [.. own, .. flags];
        process = Start();
        try
        {
            Await();
            string archive = Path.Combine(Root, "busybox.tar");
            Command.Run(Path.Combine(Programs.Checkout, "scripts", "busybox-image"), archive).Succeeds();
            Docker("load", "-i", archive).Succeeds();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Root { get; }

    public string Bridge { get; }

    public string Gateway { get; }

    public string CgroupParent { get; }

    public string Host => "unix://" + Path.Combine(Root, "docker.sock");

    private string Log => Path.Combine(Root, "dockerd.log");

    /// <summary>Runs our client against it.</summary>
    public Command Wharf(params string[] arguments) => Client(Programs.Wharf, arguments);

    /// <summary>Runs Debian's client against it.</summary>
    public Command Docker(params string[] arguments) => Client(DebianClient, arguments);

    public Command Client(string program, IReadOnlyList<string> arguments, string? input = null) =>
        Command.Run(program, arguments, input, ClientEnvironment(), timeout: TimeSpan.FromMinutes(2));

    /// <summary>A client that goes on: the caller owns it.</summary>
    public Process Open(string program, params string[] arguments) => Command.Start(program, arguments, ClientEnvironment());

    public Dictionary<string, string?> ClientEnvironment() => new()
    {
        ["DOCKER_HOST"] = Host,
        ["DOCKER_CONFIG"] = Path.Combine(Root, "client"),
        ["DOCKER_CLI_HINTS"] = "false",
    };

    /// <summary>SIGKILL, and another on the same roots.</summary>
    public void Restart()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        process = Start();
        Await();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            string[] containers = Docker("ps", "-aq").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (containers.Length > 0)
            {
                Docker(["rm", "-f", .. containers]);
            }

            // In order, so that it ends its containerd.
            Command.Run("kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
            if (!process.WaitForExit(TimeSpan.FromSeconds(20)))
            {
                process.Kill();
                process.WaitForExit();
            }
        }

        process.Dispose();
        foreach (int id in HostProcesses.Naming(Root))
        {
            Command.Run("kill", "-KILL", id.ToString(CultureInfo.InvariantCulture));
        }

        foreach (string point in HostMounts.Below(Root).Reverse())
        {
            Command.Run("umount", "-l", point);
        }

        Command.Run("ip", "link", "delete", Bridge);
        foreach (string folder in HostCgroups.Below(CgroupParent).Reverse())
        {
            Command.Run("rmdir", folder);
        }

        Command.Run("rm", "-rf", "--one-file-system", Root);
    }

    private Process Start() =>
        Command.Start("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$LOG\" 2>&1 </dev/null", Program, .. arguments], new Dictionary<string, string?> { ["LOG"] = Log });

    private void Await()
    {
        var limit = Stopwatch.StartNew();
        while (Docker("version").ExitCode != 0)
        {
            if (process.HasExited || limit.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new InvalidOperationException($"dockerd does not answer\n{File.ReadAllText(Log)}");
            }

            Thread.Sleep(100);
        }
    }
}
