using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Integration.Runc;

/// <summary>Readiness that a container's program tells the service manager of the runtime's caller, by NOTIFY_SOCKET; the test is the manager.</summary>
public sealed class NotifyTests : IDisposable
{
    private const string Ready = """perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; send($s, "STATUS=up\nREADY=1\nMAINPID=1\n", 0, sockaddr_un($ENV{NOTIFY_SOCKET})) or die "send: $!"'""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";
    private readonly string address;
    private readonly FileDescriptor manager;

    public NotifyTests()
    {
        address = Path.Combine(Folder, "manager");
        manager = UnixSockets.BindDatagram(address);

        // busybox has no datagrams.
        foreach (string folder in new[] { "usr", "lib", "lib64" })
        {
            bundle.Change(spec => spec["mounts"]!.AsArray().Add(JsonNode.Parse($$"""{"destination":"/{{folder}}","type":"bind","source":"/{{folder}}","options":["rbind","ro"]}""")));
        }
    }

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    private string Container => $"{Programs.Runc} --root {bundle.StateRoot} --log {bundle.Log} --log-format json";

    public void Dispose()
    {
        manager.Dispose();
        bundle.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_detached_run_ends_when_the_manager_has_heard_that_the_container_is_ready(bool mapped)
    {
        if (mapped)
        {
            UserNamespaceTests.Map(bundle);
        }

        bundle.Arguments("sh", "-c", $"{Ready}; exec sleep 1000");
        using Process run = Start("run --detach");

        AssertTold(run, () => State("initPid"));
    }

    [Fact]
    public void A_start_ends_when_the_manager_has_heard_that_the_container_is_ready()
    {
        bundle.Arguments("sh", "-c", $"{Ready}; exec sleep 1000");
        using (Process create = Start("create"))
        {
            Assert.True(create.WaitForExit(Patience));
            Assert.Equal(0, create.ExitCode);
        }

        using Process start = Command.Start("/bin/sh", ["-c", $"NOTIFY_SOCKET={address} exec {Container} start {id}"]);

        AssertTold(start, () => State("initPid"));
    }

    [Fact]
    public void In_the_foreground_the_runtime_stays_the_main_process_and_nobody_waits_for_the_manager()
    {
        bundle.Arguments("sh", "-c", $"{Ready}; exit 7");
        using Process run = Start("run");

        Assert.Equal("READY=1\n", Receive().Text);
        Assert.Equal($"MAINPID={run.Id}\n", Receive().Text);
        (string last, FileDescriptor? barrier) = Receive();
        using (barrier)
        {
            Assert.Equal("BARRIER=1", last);
            Assert.True(run.WaitForExit(Patience));
            Assert.Equal(7, run.ExitCode);
        }

        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Theory]
    [InlineData("run", 3)]
    [InlineData("run --detach", 0)]
    public void A_container_that_ends_without_a_word_keeps_nobody_waiting(string command, int code)
    {
        bundle.Arguments("sh", "-c", "exit 3");
        using Process run = Start(command);

        Assert.True(run.WaitForExit(Patience));
        Assert.Equal(code, run.ExitCode);
    }

    [Fact]
    public void A_manager_that_is_gone_does_not_fail_the_container()
    {
        manager.Dispose();
        bundle.Arguments("sh", "-c", $"{Ready}; exec sleep 1000");
        using Process run = Start("run --detach");

        Assert.True(run.WaitForExit(Patience));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"notify socket \\\"{address}\\\": ", File.ReadAllText(bundle.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void The_container_sees_the_socket_in_a_folder_that_it_cannot_change_and_an_exec_is_no_service()
    {
        bundle.Arguments("sh", "-c", $"{Ready}; exec sleep 1000");
        using Process run = Start("run --detach");
        AssertTold(run, () => State("initPid"));

        Assert.Contains("Read-only file system", bundle.Runc("exec", id, "touch", "/run/notify/other").Error, StringComparison.Ordinal);
        Assert.Contains("NOTIFY_SOCKET=/run/notify/notify.sock", File.ReadAllText($"/proc/{State("initPid")}/environ"), StringComparison.Ordinal);
        Assert.Equal("none\n", bundle.Runc("exec", id, "sh", "-c", "echo ${NOTIFY_SOCKET:-none}").Succeeds().Output);
        bundle.Runc("delete", "--force", id).Succeeds();
        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Fact]
    public void A_container_with_a_socket_is_checkpointed_and_restored()
    {
        Assert.SkipWhen(Criu.Program is null, Criu.Reason);
        bundle.Arguments("sh", "-c", $"{Ready}; exec sleep 1000");
        using Process run = Start("run --detach");
        AssertTold(run, () => State("initPid"));
        string image = Path.Combine(Folder, "image");
        bundle.Runc("--criu", Criu.Program!, "checkpoint", "--image-path", image, id).Succeeds();

        using Process restore = Start($"--criu {Criu.Program} restore --detach --image-path {image}");

        Assert.True(restore.WaitForExit(Patience));
        Assert.True(restore.ExitCode == 0, File.ReadAllText(bundle.Log));
        Assert.Contains("\"running\"", bundle.Runc("state", id).Succeeds().Output, StringComparison.Ordinal);
    }

    private void AssertTold(Process runtime, Func<string> process)
    {
        Assert.Equal("READY=1\n", Receive().Text);
        Assert.Equal($"MAINPID={process()}\n", Receive().Text);
        (string last, FileDescriptor? barrier) = Receive();
        using (barrier)
        {
            Assert.Equal("BARRIER=1", last);
            Assert.NotNull(barrier);
            Assert.False(runtime.HasExited);
        }

        Assert.True(runtime.WaitForExit(Patience));
        Assert.Equal(0, runtime.ExitCode);
    }

    private (string Text, FileDescriptor? Attached) Receive()
    {
        Assert.True(Poll.Readable((int)Patience.TotalMilliseconds, manager)[0], $"the manager hears nothing: {(File.Exists(bundle.Log) ? File.ReadAllText(bundle.Log) : "no log")}");
        byte[] buffer = new byte[4096];
        int count = UnixSockets.Receive(manager, buffer, out FileDescriptor? attached);
        return (Encoding.UTF8.GetString(buffer, 0, count), attached);
    }

    /// <summary>With streams that are no pipes of the test, which the container would hold.</summary>
    private Process Start(string command) =>
        Command.Start("/bin/sh", ["-c", $"NOTIFY_SOCKET={address} exec {Container} {command} --bundle {Folder} {id} </dev/null >/dev/null 2>&1"]);

    private string State(string field) => JsonNode.Parse(File.ReadAllText(Path.Combine(bundle.StateRoot, id, "state.json")))![field]!.GetValue<int>().ToString(CultureInfo.InvariantCulture);
}
