using System.Globalization;
using System.Text.Json.Nodes;
using Wharf.ContainerdApi.ShimTask;
using Wharf.Harness;

namespace Wharf.Integration.Shim;

/// <summary>Published faults of shims and of the engines above them, each by its name.</summary>
public sealed class SecurityTests
{
    [Fact]
    public async Task CVE_2020_15257_the_socket_is_a_file_that_only_its_user_may_open()
    {
        await using var shim = new ShimPod("true");
        await shim.StartAsync();

        Assert.DoesNotContain(File.ReadLines("/proc/net/unix"), line => line.Contains("@/containerd-shim", StringComparison.Ordinal) && line.Contains(Path.GetFileName(shim.Socket), StringComparison.Ordinal));
        Assert.Equal("socket 600 0 0", Stat(shim.Socket));

        // Through a door left open on purpose: then the peer's user is what counts.
        Command.Run("chmod", "666", shim.Socket).Succeeds();
        Command stranger = Command.Run("setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", "socat", "-t", "5", "-", "UNIX-CONNECT:" + shim.Socket], "\0");
        Assert.Empty(stranger.Output);
        await shim.CallAsync("containerd.task.v2.Task", "Connect", []);
    }

    [Fact]
    public async Task CVE_2021_41103_CVE_2024_25621_CVE_2021_41091_folders_are_closed_to_others()
    {
        await using var shim = new ShimPod("sleep", "1000");
        shim.Change(shim.Id, spec => spec["process"]!["terminal"] = true);
        await shim.StartAsync();
        await shim.CreateAsync(change: request => request.Terminal = true);

        // 600: containerd's own shim has made it.
        Assert.Matches("^directory (600|7[01][01]) 0 0$", Stat(Path.GetDirectoryName(shim.Socket)!));
        Assert.Matches("^directory 7[01][01] 0 0$", Stat(Path.GetDirectoryName(shim.State(shim.Id))!));
        Assert.Matches("^directory 7[01][01] 0 0$", Stat(shim.State(shim.Id)));
        foreach (string file in new[] { "options.json", "runtime", "address", "init.pid" })
        {
            Assert.Matches("^regular file 6[04][04] 0 0$", Stat(Path.Combine(shim.Bundle(shim.Id), file)));
        }


        // Those of others on this machine come and go.
        Assert.DoesNotContain(
            Directory.GetDirectories(Path.GetTempPath(), "wharf-pty-*").Select(folder => Command.Run("stat", "-c", "%F %a", folder).Output),
            seen => seen.Length > 0 && !seen.StartsWith("directory 700", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CVE_2020_14370_CVE_2021_21334_nothing_of_an_environment_reaches_another()
    {
        await using var shim = new ShimPod("cat", "/proc/self/environ");
        string second = shim.AddBundle("cat", "/proc/self/environ");
        shim.Change(shim.Id, spec => spec["process"]!["env"] = new JsonArray("PATH=/bin", "FIRST=secret-one"));
        shim.Change(second, spec => spec["process"]!["env"] = new JsonArray("PATH=/bin", "SECOND=x"));
        await shim.StartAsync(new Dictionary<string, string?> { ["SHIM_SECRET"] = "secret-two" });
        foreach (string id in new[] { shim.Id, second })
        {
            await shim.CreateAsync(id, request => request.Stdout = "file://" + shim[id]);
            await shim.CallAsync("Start", new ProcessRequest { Id = id });
            Assert.Equal(0, await shim.WaitAsync(id: id));
        }

        Assert.Contains("secret-one", File.ReadAllText(shim[shim.Id]), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-two", File.ReadAllText(shim[shim.Id]), StringComparison.Ordinal);
        Assert.Equal("PATH=/bin SECOND=x", File.ReadAllText(shim[second]).TrimEnd('\0').Replace('\0', ' ').Replace(" HOME=/", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CVE_2022_31030_CVE_2022_23471_CVE_2025_64329_calls_by_the_thousand_leave_no_memory_behind()
    {
        await using var shim = new ShimPod("sleep", "1000");
        shim.Change(shim.Id, spec => spec["process"]!["terminal"] = true);
        await shim.StartAsync();
        await shim.CreateAsync(change: request => request.Terminal = true);
        await shim.CallAsync("Start");
        await TroubleAsync(shim, "warm", 100, 5);
        int descriptors = HostProcesses.Descriptors(shim.Process).Count;

        await TroubleAsync(shim, "round", 10_000, 30);

        // Given back once nothing has happened for a while.
        ShimPod.Until(() => PrivateKilobytes(shim.Process) < 1536, "memory is kept");
        ShimPod.Until(() => HostProcesses.Descriptors(shim.Process).Count <= descriptors, "descriptors are left");
    }

    /// <summary>Resizes, execs that are never started, connections that come and go with calls that wait, and some execs that run at a terminal.</summary>
    private static async Task TroubleAsync(ShimPod shim, string name, int calls, int runs)
    {
        for (int number = 0; number < calls; number++)
        {
            await shim.CallAsync("ResizePty", new ResizePtyRequest { Id = shim.Id, Width = 80 + (uint)(number % 50), Height = 25 });
            string exec = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
            await shim.CallAsync("Exec", new ExecProcessRequest { Id = shim.Id, ExecId = exec });
            await shim.CallAsync("Delete", exec);
        }

        for (int number = 0; number < runs; number++)
        {
            string exec = string.Create(CultureInfo.InvariantCulture, $"{name}-run-{number}");
            await shim.ExecAsync(exec, request => request.Terminal = true, "true");
            await shim.CallAsync("Start", exec);
            Assert.Equal(0, await shim.WaitAsync(exec));
            await shim.CallAsync("Delete", exec);
            await using Ttrpc.TtrpcClient client = await Ttrpc.TtrpcClient.ConnectAsync(shim.Socket, TestContext.Current.CancellationToken);
            _ = client.CallAsync("containerd.task.v2.Task", "Wait", new Ttrpc.ProtoWriter().Text(1, shim.Id).ToArray(), TestContext.Current.CancellationToken)
                .ContinueWith(done => _ = done.Exception, TaskScheduler.Default);
        }
    }

    private static long PrivateKilobytes(int process)
    {
        string line = File.ReadLines($"/proc/{process}/smaps_rollup").First(line => line.StartsWith("Private_Dirty:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static string Stat(string path) => Command.Run("stat", "-c", "%F %a %u %g", path).Succeeds().Output.Trim();
}
