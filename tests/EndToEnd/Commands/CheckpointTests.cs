using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>States of containers that are kept, and runs that begin from them: through criu, by docker's client and ours.</summary>
public sealed class CheckpointTests : IDisposable
{
    // A counter in memory and a file that it writes: both go on where they were.
    private const string Script = "i=0; while :; do i=$((i+1)); echo $i >/count; sleep 0.05; done";
    private readonly Engine? engine;

    public CheckpointTests()
    {
        if (Criu.Program is not null)
        {
            Environment.SetEnvironmentVariable("PATH", Criu.SearchPath);
            engine = new Engine("--experimental");
        }
    }

    public void Dispose() => engine?.Dispose();

    [Theory]
    [InlineData("docker", "bridge")]
    [InlineData("wharf", "none")]
    public void A_run_goes_on_where_it_was_kept(string client, string network)
    {
        Assert.SkipWhen(engine is null, Criu.Reason);
        string program = client == "wharf" ? Programs.Wharf : client;
        engine!.Docker("run", "-d", "--name", "kept", "--network", network, "busybox:latest", "sh", "-c", Script).Succeeds();
        SpinWait.SpinUntil(() => Count() > 2, TimeSpan.FromSeconds(10));
        engine.Client(program, ["checkpoint", "create", "kept", "first"]).Succeeds();
        Assert.Equal("exited", engine.Docker("inspect", "--format", "{{.State.Status}}", "kept").Output.Trim());
        Assert.Contains("first", engine.Client(program, ["checkpoint", "ls", "kept"]).Succeeds().Output, StringComparison.Ordinal);
        int before = int.Parse(engine.Docker("cp", "kept:/count", "-").Succeeds().Output.Split('\n', '\0').Last(line => line.Length > 0 && line.All(char.IsAsciiDigit)), System.Globalization.CultureInfo.InvariantCulture);

        engine.Client(program, ["start", "--checkpoint", "first", "kept"]).Succeeds();

        Assert.True(SpinWait.SpinUntil(() => Count() > before, TimeSpan.FromSeconds(10)), "it does not go on");
        if (network == "bridge")
        {
            engine.Docker("exec", "kept", "ping", "-c", "1", "-W", "5", engine.Subnet.Split('/')[0]).Succeeds();
        }

        engine.Client(program, ["checkpoint", "rm", "kept", "first"]).Succeeds();
        Assert.DoesNotContain("first", engine.Client(program, ["checkpoint", "ls", "kept"]).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_kept_or_found_is_said()
    {
        Assert.SkipWhen(engine is null, Criu.Reason);
        engine!.Docker("run", "-d", "--name", "kept", "busybox:latest", "sleep", "1000").Succeeds();
        engine.Docker("checkpoint", "create", "--leave-running", "kept", "first").Succeeds();

        Assert.Contains("checkpoint with name first already exists for container kept", engine.Docker("checkpoint", "create", "kept", "first").Error, StringComparison.Ordinal);
        Assert.Equal("running", engine.Docker("inspect", "--format", "{{.State.Status}}", "kept").Output.Trim());
        Assert.Contains("Invalid checkpoint ID (../x)", engine.Docker("checkpoint", "create", "kept", "../x").Error, StringComparison.Ordinal);
        engine.Docker("kill", "kept").Succeeds();
        engine.Docker("wait", "kept").Succeeds();
        Assert.Contains("checkpoint second does not exist for container kept", engine.Docker("start", "--checkpoint", "second", "kept").Error, StringComparison.Ordinal);
    }

    private int Count() => int.TryParse(engine!.Docker("exec", "kept", "cat", "/count").Output.Trim(), out int count) ? count : 0;
}
