using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Debian's dockerd above wharf-containerd: its containers are tasks of ours.</summary>
public sealed class DockerdTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    [Fact]
    public void Dockerd_runs_a_container()
    {
        const string dockerd = "/usr/sbin/dockerd";
        Assert.SkipUnless(File.Exists(dockerd), "no dockerd on this machine");
        string socket = Path.Combine(containerd.Root, "docker.sock");
        string log = Path.Combine(containerd.Root, "dockerd.log");
        string[] flags =
        [
            "-H", "unix://" + socket, "--containerd", containerd.Socket, "--data-root", Path.Combine(containerd.Root, "docker"), "--exec-root", Path.Combine(containerd.Root, "dx"),
            "--pidfile", Path.Combine(containerd.Root, "docker.pid"), "--bridge", "none", "--iptables=false", "--ip6tables=false", "--storage-driver", "vfs", "--cgroup-parent", "/wharf-interop-dockerd",
            "--add-runtime", "wharf=" + Programs.Runc,
        ];
        using Process process = Command.Start("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$LOG\" 2>&1 </dev/null", dockerd, .. flags], new Dictionary<string, string?> { ["LOG"] = log });
        try
        {
            var environment = new Dictionary<string, string?> { ["DOCKER_HOST"] = "unix://" + socket };
            Command Docker(params string[] arguments) => Command.Run("/usr/bin/docker", arguments, null, environment);
            var limit = Stopwatch.StartNew();
            while (Docker("version").ExitCode != 0)
            {
                Assert.True(!process.HasExited && limit.Elapsed < TimeSpan.FromSeconds(60), File.ReadAllText(log));
                Thread.Sleep(100);
            }

            Docker("load", "-i", Path.Combine(containerd.Root, "busybox.tar")).Succeeds();
            foreach (string runtime in new[] { "runc", "wharf" })
            {
                Command run = Docker("run", "--rm", "--network", "none", "--runtime", runtime, "busybox:latest", "sh", "-c", "echo from $(hostname | wc -c); exit 6");
                Assert.True(run.ExitCode == 6, $"{runtime}: {run.ExitCode} {run.Output} {run.Error}");
                Assert.Equal("from 13\n", run.Output);
            }

            Docker("run", "-d", "--name", "one", "--network", "none", "busybox:latest", "sleep", "1000").Succeeds();
            Assert.Contains("RUNNING", containerd.Ctr("--namespace", "moby", "task", "ls").Succeeds().Output, StringComparison.Ordinal);
            Assert.Equal("inside\n", Docker("exec", "one", "echo", "inside").Succeeds().Output);
            Docker("rm", "-f", "one").Succeeds();
            Assert.DoesNotContain("RUNNING", containerd.Ctr("--namespace", "moby", "task", "ls").Succeeds().Output, StringComparison.Ordinal);
        }
        finally
        {
            Command.Run("kill", "-TERM", $"{process.Id}");
            if (!process.WaitForExit(TimeSpan.FromSeconds(20)))
            {
                process.Kill();
                process.WaitForExit();
            }

            foreach (string point in HostMounts.Below(containerd.Root).Reverse())
            {
                Command.Run("umount", "-l", point);
            }
        }
    }
}
