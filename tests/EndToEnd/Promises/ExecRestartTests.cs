using System.Diagnostics;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Promises;

/// <summary>Execs over the daemon's death: they go on, nothing holds them back, and their codes are known.</summary>
public sealed class ExecRestartTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"x-{Guid.NewGuid():N}";

    public void Dispose() => engine.Wharf("rm", "-f", name);

    [Fact]
    public void An_exec_goes_on_and_ends_with_its_code()
    {
        engine.Wharf("run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();

        // More than a fifo holds, before and after the kill: a process whose output nobody takes would stand still.
        string id = Post($"/containers/{name}/exec", """{"AttachStdout":true,"AttachStderr":true,"Cmd":["sh","-c","seq 1 50000; until [ -e /go ]; do usleep 20000; done; seq 1 50000; echo done > /done; exit 7"]}""").GetProperty("Id").GetString()!;
        Post($"/exec/{id}/start", """{"Detach":true}""");
        Assert.True(Inspect(id).GetProperty("Running").GetBoolean());
        string ended = Post($"/containers/{name}/exec", """{"Cmd":["sh","-c","exit 3"]}""").GetProperty("Id").GetString()!;
        Post($"/exec/{ended}/start", """{"Detach":true}""");
        Await(() => !Inspect(ended).GetProperty("Running").GetBoolean());

        engine.KillDaemon();
        engine.StartDaemon();

        Assert.Equal(3, Inspect(ended).GetProperty("ExitCode").GetInt32());
        Assert.True(Inspect(id).GetProperty("Running").GetBoolean());
        engine.Wharf("exec", name, "touch", "/go").Succeeds();
        Await(() => !Inspect(id).GetProperty("Running").GetBoolean());
        Assert.Equal(7, Inspect(id).GetProperty("ExitCode").GetInt32());
        Assert.Equal("done\n", engine.Wharf("exec", name, "cat", "/done").Succeeds().Output);
    }

    [Fact]
    public void An_exec_that_ends_while_no_daemon_runs_is_known_too()
    {
        engine.Wharf("run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();
        string id = Post($"/containers/{name}/exec", """{"AttachStdout":true,"Cmd":["sh","-c","sleep 1; exit 5"]}""").GetProperty("Id").GetString()!;
        Post($"/exec/{id}/start", """{"Detach":true}""");

        engine.KillDaemon();
        Thread.Sleep(1500);
        engine.StartDaemon();

        Await(() => !Inspect(id).GetProperty("Running").GetBoolean());
        Assert.Equal(5, Inspect(id).GetProperty("ExitCode").GetInt32());
    }

    [Fact]
    public void Nothing_of_execs_is_left_behind_their_container()
    {
        LeakCheck leaks = LeakCheck.Begin(engine);
        engine.Wharf("run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();
        engine.Wharf("exec", name, "true").Succeeds();
        engine.Wharf("exec", "-d", name, "sleep", "1000").Succeeds();
        engine.KillDaemon();
        engine.StartDaemon();

        engine.Wharf("rm", "-f", name).Succeeds();

        leaks.End();
    }

    private static void Await(Func<bool> condition)
    {
        var limit = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(20), "not within 20 s");
            Thread.Sleep(50);
        }
    }

    private JsonElement Inspect(string id) => Parse(Command.Run("curl", "--silent", "--unix-socket", engine.Socket, $"http://localhost/exec/{id}/json").Succeeds().Output);

    private JsonElement Post(string path, string body) =>
        Parse(Command.Run("curl", "--silent", "--unix-socket", engine.Socket, "-X", "POST", "-H", "Content-Type: application/json", "-d", body, "http://localhost" + path).Succeeds().Output);

    private static JsonElement Parse(string text) => text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
}
