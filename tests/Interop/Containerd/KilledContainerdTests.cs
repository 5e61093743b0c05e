using System.Diagnostics;
using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>SIGKILL of wharf-containerd while containers come and go: the next start knows every one that runs, and can remove all of them.</summary>
public sealed class KilledContainerdTests : IDisposable
{
    // WHARF_KILLS asks for more.
    private const int Kills = 25;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly WharfContainerd containerd = new();
    private readonly string prefix = $"kc{Guid.NewGuid():N}"[..12];

    public void Dispose() => containerd.Dispose();

    [Fact]
    public void Kills_at_random_moments_of_creates_starts_execs_and_deletes()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("WHARF_KILLS"), CultureInfo.InvariantCulture, out int asked) ? asked : Kills;
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int kill = 0; kill < kills; kill++)
        {
            using Process worker = Work(kill);
            Thread.Sleep(random.Next(900));
            containerd.Kill();
            worker.Kill(entireProcessTree: true);
            worker.WaitForExit();

            containerd.StartAgain();

            string faults = Faults();
            Assert.True(faults.Length == 0, $"kill {kill} of seed {seed}:\n{faults}");
        }

        NothingIsLeftAfterRemovalOfAll();
    }

    [Theory]
    [InlineData("containerd.task.shim", 0)]
    [InlineData("containerd.task.created", 0)]
    [InlineData("containerd.task.deleted", 0)]
    [InlineData("containerd.snapshot.unrecorded", 0)]
    [InlineData("containerd.garbage.swept", 0)]
    [InlineData("containerd.content.moved", 1)]
    [InlineData("containerd.metadata.commit", 2)]
    [InlineData("containerd.metadata.commit", 9)]
    [InlineData("containerd.metadata.committed", 2)]
    [InlineData("containerd.metadata.committed", 9)]
    public void A_kill_at_a_failpoint(string point, int passes)
    {
        string file = Path.Combine(containerd.Failpoints, point);
        Directory.CreateDirectory(containerd.Failpoints);
        File.WriteAllText(file, passes.ToString(CultureInfo.InvariantCulture));
        using Process worker = Work(0);
        try
        {
            Until(() => !containerd.IsAlive, "the point was not passed");
        }
        finally
        {
            worker.Kill(entireProcessTree: true);
            worker.WaitForExit();
        }

        Assert.False(File.Exists(file));
        containerd.StartAgain();

        string faults = Faults();
        Assert.True(faults.Length == 0, faults);
        NothingIsLeftAfterRemovalOfAll();
    }

    /// <summary>Containers that stay, that end, that are removed, execs in them, and an image that goes and comes.</summary>
    private Process Work(int number) => Command.Start("/bin/sh", ["-c", $$"""
        exec >/dev/null 2>&1
        ctr() { command ctr --address {{containerd.Socket}} "$@"; }
        for turn in $(seq 100); do
            one={{prefix}}-{{number}}-$turn
            ctr run -d --runtime {{Programs.Shim}} {{WharfContainerd.Image}} $one sleep 1000
            ctr task exec --exec-id one $one true
            ctr run --rm --runtime {{Programs.Shim}} {{WharfContainerd.Image}} $one-b true
            ctr image import --base-name again {{containerd.Root}}/busybox.tar; ctr image tag {{WharfContainerd.Image}} again:$turn; ctr image rm --sync again:$turn
            [ $((turn % 3)) = 0 ] || { ctr task kill -s 9 $one; ctr task rm $one; ctr container rm $one; }
        done
        """]);

    /// <summary>A shim without a task, a task without a shim, a task that does not answer; a store that is not whole.</summary>
    private string Faults()
    {
        var store = new ContainerdStore(containerd);
        var limit = Stopwatch.StartNew();
        while (true)
        {
            // Killed and buried in a moment: a runtime that was under way has its time to end.
            HashSet<string> shims = [.. HostProcesses.Naming(containerd.Root).Where(id => HostProcesses.Executable(id).EndsWith("containerd-shim-wharf-v2", StringComparison.Ordinal)).Select(IdOf).Where(id => id.Length > 0)];
            Command listed = containerd.Ctr("task", "ls");
            HashSet<string> tasks = [.. listed.Output.Split('\n').Skip(1).Select(line => line.Split(' ', 2)[0]).Where(id => id.Length > 0)];
            List<string> faults =
            [
                .. shims.Except(tasks).Select(id => $"shim of {id} without a task"),
                .. tasks.Except(shims).Select(id => $"task {id} without a shim"),
                .. tasks.Except(Lines("container", "ls", "-q")).Select(id => $"task {id} without a container"),
                .. HostCgroups.Below("/default").Select(folder => Path.GetFileName(folder)!).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Distinct().Where(name => !tasks.Contains(name)).Select(name => $"cgroup of {name} without a task"),
                .. store.Faults(new Dictionary<string, string>()),
            ];
            if (faults.Count == 0 || limit.Elapsed > Patience)
            {
                return string.Join('\n', faults);
            }

            Thread.Sleep(50);
        }
    }

    private void NothingIsLeftAfterRemovalOfAll()
    {
        foreach (string task in Lines("task", "ls", "-q"))
        {
            containerd.Ctr("task", "rm", "-f", task);
        }

        foreach (string container in Lines("container", "ls", "-q"))
        {
            containerd.Ctr("container", "rm", container).Succeeds();
        }

        foreach (string key in Lines("snapshot", "ls").Where(line => line.StartsWith(prefix, StringComparison.Ordinal)).Select(line => line.Split(' ')[0]))
        {
            // Of a run that was killed before its container was recorded.
            containerd.Ctr("snapshot", "rm", key).Succeeds();
        }

        Until(() => containerd.Left(prefix).Count == 0, string.Join('\n', containerd.Left(prefix)));
        Until(() => HostCgroups.Below("/default").All(folder => !Path.GetFileName(folder)!.StartsWith(prefix, StringComparison.Ordinal)), "a cgroup is left");
        Assert.Empty(Directory.Exists("/run/containerd/runc/default") ? Directory.EnumerateDirectories("/run/containerd/runc/default", prefix + "*") : []);
        Assert.Equal("hello\n", containerd.Run(prefix + "-after", ["--rm"], "echo", "hello").Succeeds().Output);
    }

    private string[] Lines(params string[] arguments) => containerd.Ctr(arguments).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string IdOf(int process)
    {
        string[] words = HostProcesses.CommandLine(process).Split(' ');
        int flag = Array.IndexOf(words, "-id");
        return flag >= 0 && flag + 1 < words.Length ? words[flag + 1] : string.Empty;
    }

    private static void Until(Func<bool> holds, string what)
    {
        var limit = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(limit.Elapsed < Patience, what);
            Thread.Sleep(50);
        }
    }
}
