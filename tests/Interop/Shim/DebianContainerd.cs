using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Interop.Shim;

/// <summary>Debian's containerd with roots of its own and a busybox image; above our shim.</summary>
public sealed class DebianContainerd : IDisposable
{
    internal const string Image = "docker.io/library/interop:latest";
    private readonly TemporaryDirectory directory = new();
    private readonly string? searchPath;
    private Process daemon;

    public DebianContainerd()
        : this(searchPath: null)
    {
    }

    /// <param name="searchPath">The PATH of it and of its shims; null for the test's own.</param>
    internal DebianContainerd(string? searchPath)
    {
        this.searchPath = searchPath;
        daemon = Start();
        Import();
    }

    internal string Socket => directory["c.sock"];

    internal string Root => directory.Path;

    /// <summary>A file in it arms the failpoint of its name, of a shim of ours.</summary>
    internal string Failpoints => directory["failpoints"];

    internal Command Ctr(params string[] arguments) => CtrWith(null, arguments);

    internal Command CtrWith(string? input, params string[] arguments) =>
        Command.Run("timeout", ["-k", "1", "40", "ctr", "--address", Socket, .. arguments], input);

    internal Command Run(string id, string? input, string[] flags, params string[] command) =>
        CtrWith(input, ["run", .. flags.Contains("--runtime") ? [] : new[] { "--runtime", Programs.Shim }, .. flags, Image, id, .. command]);

    /// <summary>SIGKILL and a new one on the same roots.</summary>
    internal void Restart()
    {
        daemon.Kill();
        daemon.WaitForExit();
        daemon.Dispose();
        daemon = Start();
    }

    internal IReadOnlyList<int> Shims() => [.. HostProcesses.Naming(directory.Path).Where(id => HostProcesses.Executable(id) is "containerd-shim-wharf-v2" or "containerd-shim-runc-v2")];

    public void Dispose()
    {
        foreach (string id in Ctr("task", "ls", "-q").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Ctr("task", "rm", "-f", id);
        }

        daemon.Kill();
        daemon.WaitForExit();
        daemon.Dispose();
        foreach (int id in HostProcesses.Naming(directory.Path))
        {
            Command.Run("kill", "-KILL", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        foreach (string point in HostMounts.Below(directory.Path).Reverse())
        {
            Command.Run("umount", "-l", point);
        }

        // Names of files may be of any bytes.
        Command.Run("/bin/sh", "-c", $"rm -rf --one-file-system {directory.Path}/*");
        directory.Dispose();
    }

    private Process Start()
    {
        File.WriteAllText(directory["config.toml"], "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n");
        Process started = Command.Start("/bin/sh", ["-c", $"exec containerd --config {directory["config.toml"]} --address {Socket} --root {directory["root"]} --state {directory["state"]} >>{directory["log"]} 2>&1"], new Dictionary<string, string?> { ["PATH"] = searchPath ?? Environment.GetEnvironmentVariable("PATH"), ["WHARF_FAILPOINTS"] = Failpoints });
        var limit = Stopwatch.StartNew();
        while (Ctr("version").ExitCode != 0)
        {
            if (limit.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new TimeoutException("containerd does not answer:\n" + File.ReadAllText(directory["log"]));
            }

            Thread.Sleep(50);
        }

        return started;
    }

    private void Import()
    {
        string script = $$"""
            set -e
            cd {{directory.Path}}
            mkdir -p image/bin
            cp /bin/busybox image/bin/
            for applet in sh cat echo sleep ps id stty dd; do ln -s busybox image/bin/$applet; done
            tar -C image -cf layer.tar .
            digest=$(sha256sum layer.tar | cut -d' ' -f1)
            echo '{"architecture":"amd64","os":"linux","config":{"Cmd":["sh"],"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:'$digest'"] } }' >config.json
            echo '[{"Config":"config.json","RepoTags":["{{Image}}"],"Layers":["layer.tar"]}]' >manifest.json
            tar -cf image.tar config.json manifest.json layer.tar
            """;
        Command.Run("/bin/sh", "-c", script).Succeeds();
        Ctr("images", "import", directory["image.tar"]).Succeeds();
    }
}
