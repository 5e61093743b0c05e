using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>wharf-containerd above Debian's shim with runc, and above our shim with runc and with crun.</summary>
public sealed class RuntimeChoiceTests(ContainerdWithShimChoice fixture) : IClassFixture<ContainerdWithShimChoice>, IDisposable
{
    private readonly string id = $"rc-{Guid.NewGuid():N}";
    private WharfContainerd? containerd;

    public void Dispose()
    {
        containerd?.Ctr("task", "rm", "-f", id);
        containerd?.Ctr("container", "rm", id);
    }

    [Theory]
    [InlineData(true, "/usr/sbin/runc")]
    [InlineData(false, "/usr/sbin/runc")]
    [InlineData(false, "/usr/bin/crun")]
    public void Run_exec_attach_events_and_the_rest_of_a_life(bool debiansShim, string runtime)
    {
        Assert.SkipUnless(File.Exists(runtime) && (!debiansShim || File.Exists("/usr/bin/containerd-shim-runc-v2")), $"no {runtime} or no shim of containerd on this machine");
        containerd = debiansShim ? fixture.WithTheirs : fixture.WithOurs;
        string[] flags = ["--runtime", "io.containerd.runc.v2", "--runc-binary", runtime];

        Command run = containerd.Run(id, [.. flags, "--rm"], "sh", "-c", "echo out; echo wrong >&2; exit 3");
        Assert.SkipWhen(run.Error.Contains("cgroups in hybrid mode not supported", StringComparison.Ordinal), "crun knows no hybrid cgroups, and no other lane runs our shim above it yet");
        Assert.Equal((3, "out\n", "wrong\n"), (run.ExitCode, run.Output, run.Error));
        using Process events = containerd.Open("events");
        try
        {
            // Subscribed before anything happens: ctr prints nothing of its own then.
            Thread.Sleep(500);
            containerd.Run(id, [.. flags, "-d"], "sh", "-c", "read line; echo \"$line\"; exec sleep 1000").Succeeds();
            Command exec = containerd.Ctr("task", "exec", "--exec-id", "one", id, "sh", "-c", "echo inside; exit 4");
            Assert.Equal((4, "inside\n"), (exec.ExitCode, exec.Output));
            Command terminal = Command.Run("script", ["-qec", $"ctr --address {containerd.Socket} task exec -t --exec-id two {id} sh -c 'test -t 0 && echo terminal; exit 6'", "/dev/null"]);
            Assert.Equal(6, terminal.ExitCode);
            containerd.Ctr("task", "pause", id).Succeeds();
            containerd.Ctr("task", "resume", id).Succeeds();
            Assert.Contains("pids.current", containerd.Ctr("task", "metrics", id).Succeeds().Output, StringComparison.Ordinal);
            Assert.Contains("\n", containerd.Ctr("task", "ps", id).Succeeds().Output, StringComparison.Ordinal);

            containerd.Kill();
            containerd.StartAgain();

            Assert.Contains("RUNNING", containerd.Ctr("task", "ls").Output, StringComparison.Ordinal);
            containerd.Ctr("task", "kill", "-s", "9", id).Succeeds();
            Assert.Contains("137", containerd.Ctr("task", "rm", id) is { ExitCode: 0 } removed ? removed.Error : containerd.Ctr("task", "rm", "-f", id).Error, StringComparison.Ordinal);
            containerd.Ctr("container", "rm", id).Succeeds();
        }
        finally
        {
            if (!events.HasExited)
            {
                events.Kill();
            }
        }

        string told = events.StandardOutput.ReadToEnd();
        string[] order = ["/tasks/create", "/tasks/start", "/tasks/exec-added", "/tasks/exec-started", "/tasks/exit", "/tasks/paused", "/tasks/resumed"];
        Assert.Equal(order, order.OrderBy(topic => told.IndexOf(topic, StringComparison.Ordinal)));
        Assert.All(order, topic => Assert.Contains(topic, told, StringComparison.Ordinal));
        Assert.Empty(containerd.Left(id));
    }
}
