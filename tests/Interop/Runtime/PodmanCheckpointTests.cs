using System.Diagnostics;
using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Runtime;

/// <summary>podman container checkpoint and restore by wharf-runc, with a real criu where one works.</summary>
public sealed class PodmanCheckpointTests
{
    [Fact]
    public void A_container_goes_on_where_it_was()
    {
        Assert.SkipUnless(File.Exists(Podman.Program), $"no {Podman.Program} on this machine");
        Assert.SkipWhen(Criu.Program is null, Criu.Reason);
        using var podman = new Podman { SearchPath = Criu.SearchPath };
        string name = $"pd-{Guid.NewGuid():N}";
        podman.Container(["-d", "--name", name], "sh", "-c", "i=0; while :; do i=$((i+1)); echo $i >/now; sleep 0.05; done").Succeeds();
        int count = AwaitCount(podman, name, 3);

        podman.Run("container", "checkpoint", name).Succeeds();
        Assert.Equal("exited true\n", podman.Run("inspect", "--format", "{{.State.Status}} {{.State.Checkpointed}}", name).Succeeds().Output);

        podman.Run("container", "restore", name).Succeeds();
        AwaitCount(podman, name, count + 1);
    }

    private static int AwaitCount(Podman podman, string name, int least)
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            Command now = podman.Run("exec", name, "cat", "/now");
            if (int.TryParse(now.Output.Trim(), CultureInfo.InvariantCulture, out int count) && count >= least)
            {
                return count;
            }

            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), $"{name} has counted to {now.Output}: {now.Error}");
            Thread.Sleep(50);
        }
    }
}
