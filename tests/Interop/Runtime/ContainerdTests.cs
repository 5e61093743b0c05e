using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Events.V1;
using Wharf.ContainerdApi.Tasks.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Harness;
using Wharf.Interop.Containerd;
using Wharf.Interop.Shim;

namespace Wharf.Interop.Runtime;

/// <summary>Debian's containerd and containerd-shim-runc-v2 above wharf-runc: BinaryName of the shim's options.</summary>
public sealed class ContainerdTests : IClassFixture<DebianContainerd>, IDisposable
{
    private readonly DebianContainerd containerd;
    private readonly string id = $"bn-{Guid.NewGuid():N}";

    public ContainerdTests(DebianContainerd containerd)
    {
        this.containerd = containerd;
        Assert.SkipUnless(File.Exists("/usr/bin/containerd-shim-runc-v2"), "no shim of containerd on this machine");
    }

    public void Dispose()
    {
        containerd.Ctr("task", "rm", "--force", id);
        containerd.Ctr("container", "rm", id);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Run_gives_both_streams_and_the_code()
    {
        Command run = Run(["--rm"], "sh", "-c", "echo out; echo wrong >&2; exit 3");

        Assert.Equal((3, "out\n", "wrong\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void A_program_that_does_not_exist_is_named()
    {
        Command run = Run(["--rm"], "nope");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"nope\": executable file not found in $PATH: unknown", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_with_pipes_and_at_a_terminal()
    {
        Sleep();

        Command plain = containerd.Ctr("task", "exec", "--exec-id", "one", id, "sh", "-c", "echo inside; exit 4");
        Command terminal = Command.Run("script", ["-qec", $"ctr --address {containerd.Socket} task exec -t --exec-id two {id} sh -c 'test -t 0 && echo terminal; exit 6'", "/dev/null"]);

        Assert.Equal((4, "inside\n"), (plain.ExitCode, plain.Output));
        Assert.Equal(6, terminal.ExitCode);
        Assert.Contains("terminal\n", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_and_processes_are_read()
    {
        Sleep("--memory-limit", "67108864");

        Assert.Matches(@"memory\.limit_in_bytes\s+67108864|memory\.usage_limit\s+67108864", containerd.Ctr("task", "metrics", id).Succeeds().Output);
        Assert.Contains(TaskLine().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], containerd.Ctr("task", "ps", id).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Pause_and_resume()
    {
        Sleep();

        containerd.Ctr("task", "pause", id).Succeeds();
        Assert.Contains("PAUSED", TaskLine(), StringComparison.Ordinal);
        containerd.Ctr("task", "resume", id).Succeeds();
        Assert.Contains("RUNNING", TaskLine(), StringComparison.Ordinal);
        Assert.Equal("inside\n", containerd.Ctr("task", "exec", "--exec-id", "one", id, "echo", "inside").Succeeds().Output);
    }

    [Fact]
    public async Task Update_changes_the_limit()
    {
        Sleep("--memory-limit", "67108864");
        using var channel = new ContainerdChannel(containerd.Socket);

        await new ContainerdApi.Tasks.V1.Tasks.TasksClient(channel.Calls).UpdateAsync(
            new UpdateTaskRequest
            {
                ContainerId = id,
                Resources = new Any { TypeUrl = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources", Value = ByteString.CopyFromUtf8("""{"memory":{"limit":33554432} }""") },
            },
            cancellationToken: Cancellation);

        Assert.Contains("33554432", containerd.Ctr("task", "metrics", id).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Kill_ends_it_with_137()
    {
        Sleep();

        containerd.Ctr("task", "kill", "--signal", "SIGKILL", id).Succeeds();

        Await(TaskLine, "STOPPED");
        Assert.Contains("non-zero exit code 137", containerd.Ctr("task", "rm", id).Succeeds().Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Out_of_memory_is_137_and_an_event()
    {
        using var channel = new ContainerdChannel(containerd.Socket);
        using AsyncServerStreamingCall<Envelope> events = new Events.EventsClient(channel.Calls).Subscribe(new SubscribeRequest(), cancellationToken: Cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(2));

        // The subscription stands when an event comes through.
        Task<bool> first = events.ResponseStream.MoveNext(limit.Token);
        for (int number = 0; !first.IsCompleted; number++)
        {
            containerd.Ctr("namespace", "create", $"n{id}{number}").Succeeds();
            containerd.Ctr("namespace", "remove", $"n{id}{number}").Succeeds();
        }

        Run(["-d", "--memory-limit", "16777216"], "sh", "-c", "sh -c 'a=x; while :; do a=$a$a; done'; exit $?").Succeeds();

        Await(TaskLine, "STOPPED");
        Assert.Contains("non-zero exit code 137", containerd.Ctr("task", "rm", id).Succeeds().Error, StringComparison.Ordinal);
        do
        {
            Assert.True(await events.ResponseStream.MoveNext(limit.Token));
        }
        while (events.ResponseStream.Current.Topic != "/tasks/oom");
        Assert.Contains(id, Encoding.UTF8.GetString(events.ResponseStream.Current.Event.Value.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left()
    {
        Sleep();
        int process = int.Parse(TaskLine().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);

        containerd.Ctr("task", "rm", "--force", id);

        Assert.False(HostProcesses.Lives(process));
        Assert.Empty(HostCgroups.Below("/default/" + id));
        Assert.False(Directory.Exists("/run/containerd/runc/default/" + id));
    }

    private Command Run(string[] flags, params string[] command) =>
        containerd.Ctr(["run", "--runc-binary", Programs.Runc, .. flags, DebianContainerd.Image, id, .. command]);

    private void Sleep(params string[] flags) => Run(["-d", .. flags], "sleep", "1000").Succeeds();

    private string TaskLine() => containerd.Ctr("task", "ls").Succeeds().Output.Split('\n').Single(line => line.StartsWith(id, StringComparison.Ordinal));

    private static void Await(Func<string> look, string words)
    {
        var limit = Stopwatch.StartNew();
        for (string seen = look(); !seen.Contains(words, StringComparison.Ordinal); seen = look())
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), $"\"{words}\" is not in \"{seen}\"");
            Thread.Sleep(50);
        }
    }
}
