using System.Diagnostics;
using System.Globalization;

namespace Wharf.Harness;

/// <summary>wharf-containerd alone, with Debian's ctr as its client and busybox:latest in its store.</summary>
public sealed class WharfContainerd : IDisposable
{
    public const string Image = "docker.io/library/busybox:latest";
    private static int count;
    private Process daemon;

    public WharfContainerd()
        : this(disk: null)
    {
    }

    private readonly string? searchPath;

    private readonly IReadOnlyDictionary<string, string?> variables = new Dictionary<string, string?>();

    private WharfContainerd(string? disk, string? configuration = null, string? searchPath = null, IReadOnlyDictionary<string, string?>? variables = null, bool withImage = true)
    {
        this.searchPath = searchPath;
        this.variables = variables ?? this.variables;
        Root = string.Create(CultureInfo.InvariantCulture, $"/tmp/wharf-cd-{Environment.ProcessId:x}{Interlocked.Increment(ref count):x}");

        // Root of a container with a user namespace passes it to its root filesystem, as it does /run.
        Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        if (disk is not null)
        {
            Directory.CreateDirectory(Store);
            Command.Run("mount", "-t", "tmpfs", "-o", $"size={disk}", "wharf-test", Store).Succeeds();
        }

        if (configuration is not null)
        {
            File.WriteAllText(ConfigurationFile, configuration);
        }

        daemon = Start();
        string archive = Path.Combine(Root, "busybox.tar");
        Command.Run(Path.Combine(Programs.Checkout, "scripts", "busybox-image"), archive).Succeeds();
        if (withImage)
        {
            Ctr("image", "import", archive).Succeeds();
        }
    }

    /// <summary>What it keeps is on a small filesystem of its own, of a size such as "16m".</summary>
    public static WharfContainerd OnDisk(string size) => new(disk: size);

    /// <summary>One with a config.toml of containerd's.</summary>
    public static WharfContainerd Configured(string configuration, bool withImage = true) => new(disk: null, configuration, withImage: withImage);

    /// <summary>One that, like its shims, finds programs in a PATH of the caller's.</summary>
    public static WharfContainerd Finding(string searchPath) => new(disk: null, searchPath: searchPath);

    /// <summary>One with more variables in its environment.</summary>
    public static WharfContainerd With(IReadOnlyDictionary<string, string?> variables) => new(disk: null, variables: variables);

    public string Root { get; }

    public string Socket => Path.Combine(Root, "c.sock");

    public string State => Path.Combine(Root, "state");

    public string Store => Path.Combine(Root, "root");

    /// <summary>A file in it arms the failpoint of its name, of the daemon or of a shim of it.</summary>
    public string Failpoints => Path.Combine(Root, "failpoints");

    private string ConfigurationFile => Path.Combine(Root, "config.toml");

    public int ProcessId => daemon.Id;

    public bool IsAlive => !daemon.HasExited;

    public Command Ctr(params string[] arguments) => Command.Run("ctr", ["--address", Socket, .. arguments]);

    public Command CtrReading(string input, params string[] arguments) => Command.Run("ctr", ["--address", Socket, .. arguments], input);

    /// <summary>ctr run of busybox, by default with our shim.</summary>
    public Command Run(string id, string[] flags, params string[] command) =>
        Ctr(["run", .. flags, .. flags.Contains("--runtime") ? [] : new[] { "--runtime", Programs.Shim }, Image, id, .. command]);

    public Process Open(params string[] arguments) => Command.Start("ctr", ["--address", Socket, .. arguments]);

    public void Kill()
    {
        if (!daemon.HasExited)
        {
            daemon.Kill();
            daemon.WaitForExit();
        }
    }

    public void StartAgain() => daemon = Start();

    /// <summary>What is left of containers whose ids begin so: bundles, snapshots, processes, mounts.</summary>
    public IReadOnlyList<string> Left(string id) =>
    [
        .. Everything().Where(thing => thing.Contains(id, StringComparison.Ordinal)),
    ];

    private IReadOnlyList<string> Everything() =>
    [
        .. Bundles(),
        .. Ctr("snapshot", "ls").Output.Split('\n').Where(line => line.Contains("Active", StringComparison.Ordinal)),
        .. HostProcesses.Naming(Root).Where(id => id != daemon.Id).Select(HostProcesses.CommandLine),
        .. HostMounts.Below(Root),
    ];

    private IEnumerable<string> Bundles()
    {
        // Not there before the first task.
        string folder = Path.Combine(State, "io.containerd.runtime.v2.task");
        return Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).SelectMany(Directory.EnumerateDirectories) : [];
    }

    public void Dispose()
    {
        Kill();
        foreach (int id in HostProcesses.Naming(Root))
        {
            Command.Run("kill", "-KILL", id.ToString(CultureInfo.InvariantCulture));
        }

        foreach (string point in HostMounts.Below(Root).Reverse())
        {
            Command.Run("umount", "-l", point);
        }

        Command.Run("rm", "-rf", "--one-file-system", Root);
    }

    private Process Start()
    {
        string[] shell = ["-c", "exec \"$0\" \"$@\" >>\"$LOG\" 2>&1 </dev/null", Programs.Containerd, "--address", Socket, "--root", Store, "--state", State, .. File.Exists(ConfigurationFile) ? new[] { "--config", ConfigurationFile } : []];
        Process process = Command.Start("/bin/sh", shell, new Dictionary<string, string?>(variables) { ["LOG"] = Path.Combine(Root, "log"), ["WHARF_FAILPOINTS"] = Failpoints, ["PATH"] = searchPath ?? Environment.GetEnvironmentVariable("PATH") });
        var limit = Stopwatch.StartNew();
        while (Ctr("version").ExitCode != 0)
        {
            if (process.HasExited || limit.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException($"wharf-containerd does not answer\n{File.ReadAllText(Path.Combine(Root, "log"))}");
            }

            Thread.Sleep(20);
        }

        return process;
    }
}
