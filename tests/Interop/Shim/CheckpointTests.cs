using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Interop.Shim;

/// <summary>ctr's checkpoints by Debian's containerd and by ours, our shim and runtime below, with a real criu where one works.</summary>
public sealed class CheckpointTests
{
    private const string Count = "i=0; while :; do i=$((i+1)); echo $i >/now; sleep 0.05; done";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string id = $"interop-{Guid.NewGuid():N}";

    [Fact]
    public void Debians_containerd_stops_a_task_in_an_image_and_begins_another_from_it()
    {
        Assert.SkipWhen(Criu.Program is null, Criu.Reason);
        using var containerd = new DebianContainerd(Criu.SearchPath);
        containerd.Run(id, null, ["-d"], "sh", "-c", Count).Succeeds();

        Assert.Equal(string.Empty, RoundTrip(containerd.Ctr));
    }

    [Fact]
    public void Our_containerd_stops_a_task_in_an_image_and_begins_another_from_it()
    {
        Assert.SkipWhen(Criu.Program is null, Criu.Reason);
        using var containerd = WharfContainerd.Finding(Criu.SearchPath);
        try
        {
            containerd.Run(id, ["-d"], "sh", "-c", Count).Succeeds();

            Assert.Equal(string.Empty, RoundTrip(containerd.Ctr));
        }
        finally
        {
            containerd.Ctr("task", "rm", "-f", id);
            containerd.Ctr("task", "rm", "-f", id + "-again");
        }
    }

    /// <summary>Nothing, or what went wrong.</summary>
    private string RoundTrip(Func<string[], Command> ctr)
    {
        string image = $"example.org/checkpoint/{id}:latest";
        int count = AwaitCount(ctr, id, 3);
        ctr(["container", "checkpoint", "--task", "--rw", "--image", id, image]).Succeeds();
        Assert.Contains("RUNNING", TaskLine(ctr, id), StringComparison.Ordinal);
        ctr(["task", "rm", "-f", id]);

        ctr(["container", "restore", "--rw", "--live", id + "-again", image]).Succeeds();

        int again = AwaitCount(ctr, id + "-again", count + 1);
        ctr(["task", "rm", "-f", id + "-again"]);
        ctr(["container", "rm", id + "-again"]);
        ctr(["container", "rm", id]);
        return again > count ? string.Empty : $"{again} after {count}";
    }

    private static string TaskLine(Func<string[], Command> ctr, string task) =>
        ctr(["task", "ls"]).Output.Split('\n').FirstOrDefault(line => line.StartsWith(task + " ", StringComparison.Ordinal)) ?? string.Empty;

    private static int AwaitCount(Func<string[], Command> ctr, string task, int least)
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            Command now = ctr(["task", "exec", "--exec-id", $"e{Guid.NewGuid():N}", task, "cat", "/now"]);
            if (int.TryParse(now.Output.Trim(), System.Globalization.CultureInfo.InvariantCulture, out int count) && count >= least)
            {
                return count;
            }

            Assert.True(limit.Elapsed < Patience, $"{task} has counted to {now.Output}: {now.Error}");
            Thread.Sleep(50);
        }
    }
}
