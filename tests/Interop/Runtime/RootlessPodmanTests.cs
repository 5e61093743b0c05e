using Wharf.Harness;

namespace Wharf.Interop.Runtime;

/// <summary>Debian's podman as a user without rights, with conmon and wharf-runc below: containers and a pod.</summary>
public sealed class RootlessPodmanTests : IDisposable
{
    private const string Id = "48277";
    private readonly TemporaryDirectory directory = new();

    public RootlessPodmanTests()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/podman") && File.Exists("/usr/bin/newuidmap"), "no podman or no newuidmap on this machine");
        foreach (string folder in new[] { "home", "run", "bin" })
        {
            Directory.CreateDirectory(directory[folder]);
        }

        File.Copy(Programs.Runc, directory["bin/wharf-runc"]);
        Command.Run(Path.Combine(Programs.Checkout, "scripts", "busybox-image"), directory["busybox.tar"]).Succeeds();
        File.WriteAllText(directory["passwd"], $"root:x:0:0:root:/root:/bin/sh\nrootless:x:{Id}:{Id}::{directory["home"]}:/bin/sh\n");
        File.WriteAllText(directory["subid"], "rootless:4827700:65536\n");
        Command.Run("chmod", "711", directory.Path).Succeeds();
        Command.Run("chmod", "644", directory["busybox.tar"]).Succeeds();
        Command.Run("chown", "-R", $"{Id}:{Id}", directory["home"], directory["run"]).Succeeds();
        Run($"podman load -q -i {directory["busybox.tar"]}").Succeeds();
    }

    public void Dispose()
    {
        if (Directory.Exists(directory["bin"]))
        {
            Run("podman rm -f -t 0 -a; podman pod rm -f -a");
        }

        foreach (int process in HostProcesses.Naming(directory.Path))
        {
            Command.Run("kill", "-KILL", process.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        // Its files have ids of the user's ranges.
        Command.Run("/bin/sh", "-c", $"rm -rf --one-file-system {directory.Path}/*");
        directory.Dispose();
    }

    [Fact]
    public void A_container_runs_takes_execs_and_a_terminal_and_goes()
    {
        Command run = Run("podman run --rm --network none busybox:latest sh -c 'echo out; id -u; exit 3'");
        Assert.Equal((3, "out\n0\n"), (run.ExitCode, run.Output));

        Run("podman run -d --name one --network none busybox:latest sleep 1000").Succeeds();
        Assert.Equal(directory["bin/wharf-runc"] + " running\n", Run("podman inspect -f '{{.OCIRuntime}} {{.State.Status}}' one").Succeeds().Output);
        Command exec = Run("podman exec one sh -c 'echo inside; exit 4'");
        Assert.Equal((4, "inside\n"), (exec.ExitCode, exec.Output));
        Command terminal = Run("script -qec \"$PODMAN exec -it one sh -c 'test -t 0 && echo terminal; exit 6'\" /dev/null");
        Assert.Equal(6, terminal.ExitCode);
        Assert.Contains("terminal", terminal.Output, StringComparison.Ordinal);
        Run("podman kill one").Succeeds();
        Assert.Equal("137\n", Run("podman wait one").Output);
        Run("podman rm one").Succeeds();
    }

    [Fact]
    public void A_pod_shares_its_namespaces()
    {
        Run("podman pod create --name p --network none --infra-image busybox:latest --infra-command '/bin/sleep 1000'").Succeeds();
        Run("podman run -d --pod p --name two busybox:latest sleep 1000").Succeeds();

        Assert.Equal("p\n", Run("podman exec two hostname").Succeeds().Output);
        Assert.Contains("Running", Run("podman pod ps").Succeeds().Output, StringComparison.Ordinal);
        Run("podman pod kill p && podman pod rm -f p").Succeeds();
    }

    /// <summary>A script as that user, whose account is in the mount namespace of this command alone.</summary>
    private Command Run(string script)
    {
        string podman = $"podman --runtime {directory["bin/wharf-runc"]} --cgroup-manager cgroupfs --storage-driver vfs --events-backend file --root {directory["home"]}/store --runroot {directory["run"]}/root";
        File.WriteAllText(directory["script"], $"PODMAN='{podman}'\npodman() {{ command {podman} \"$@\" 2>>{directory["home"]}/errors; }}\n{script}\n");
        string account = $"""
            [ -e /etc/subuid ] || : >/etc/subuid; [ -e /etc/subgid ] || : >/etc/subgid
            mount --bind {directory["passwd"]} /etc/passwd && mount --bind {directory["subid"]} /etc/subuid && mount --bind {directory["subid"]} /etc/subgid &&
            cd {directory["home"]} && exec setpriv --reuid {Id} --regid {Id} --clear-groups env -i HOME={directory["home"]} XDG_RUNTIME_DIR={directory["run"]} PATH=/usr/bin:/bin:/usr/sbin:/sbin sh {directory["script"]}
            """;
        return Command.Run("unshare", ["--mount", "--propagation", "private", "/bin/sh", "-c", account], timeout: TimeSpan.FromMinutes(2));
    }
}
