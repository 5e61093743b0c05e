using System.Globalization;

namespace Wharf.Harness;

/// <summary>Debian's podman above our runtime, on roots, a cgroup and locks of a test's own, and busybox:latest in its store.</summary>
public sealed class Podman : IDisposable
{
    public const string Program = "/usr/bin/podman";

    private static int count;

    public Podman()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId:x}{Interlocked.Increment(ref count):x}");
        Root = $"/tmp/wharf-pd-{name}";
        CgroupParent = $"/wharf-pd-{name}";
        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // Its own limits of open files and processes are above what a test machine may allow.
        File.WriteAllText(Configuration, """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            [engine]
            lock_type = "file"
            """);
        try
        {
            string archive = Path.Combine(Root, "busybox.tar");
            Command.Run(Path.Combine(Programs.Checkout, "scripts", "busybox-image"), archive).Succeeds();
            Run("load", "-i", archive).Succeeds();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Root { get; }

    public string CgroupParent { get; }

    /// <summary>The PATH of it and of what it starts.</summary>
    public string? SearchPath { get; init; } = Environment.GetEnvironmentVariable("PATH");

    /// <summary>The program with the flags that come before any command.</summary>
    public IReadOnlyList<string> CommandLine =>
    [
        Program, "--root", Path.Combine(Root, "root"), "--runroot", Path.Combine(Root, "run"), "--tmpdir", Path.Combine(Root, "tmp"),
        "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "file", "--runtime", Programs.Runc,
    ];

    private string Configuration => Path.Combine(Root, "containers.conf");

    public Command Run(params string[] arguments) => Spawn(Program, [.. CommandLine.Skip(1), .. arguments]);

    /// <summary>A container of busybox without a network; flags come before the image.</summary>
    public Command Container(string[] flags, params string[] command) =>
        Run(["run", "--network", "none", "--cgroup-parent", CgroupParent, .. flags, "busybox:latest", .. command]);

    /// <summary>The same podman as one word of a command line at a terminal; the code is the command's.</summary>
    public Command AtTerminal(string command) => Spawn("script", ["-qec", $"{string.Join(' ', CommandLine)} {command}", "/dev/null"]);

    public void Dispose()
    {
        Run("rm", "--force", "--all", "--time", "0");
        foreach (int id in HostProcesses.Naming(Root))
        {
            Command.Run("kill", "-KILL", id.ToString(CultureInfo.InvariantCulture));
        }

        foreach (string point in HostMounts.Below(Root).Reverse())
        {
            Command.Run("umount", "-l", point);
        }

        foreach (string folder in HostCgroups.Below(CgroupParent).Reverse())
        {
            Command.Run("rmdir", folder);
        }

        Command.Run("rm", "-rf", "--one-file-system", Root);
    }

    // conmon leaves a note in its working directory when memory ran out.
    private Command Spawn(string program, IReadOnlyList<string> arguments) =>
        Command.Run(program, arguments, null, new Dictionary<string, string?> { ["CONTAINERS_CONF"] = Configuration, ["PATH"] = SearchPath }, Root, TimeSpan.FromMinutes(2));
}
