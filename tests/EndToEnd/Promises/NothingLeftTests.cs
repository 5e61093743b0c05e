using System.Globalization;
using Wharf.Harness;

namespace Wharf.EndToEnd.Promises;

/// <summary>A container that is removed leaves nothing on the host.</summary>
public sealed class NothingLeftTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private readonly Engine engine = fixture.Engine;

    [Fact]
    public void Two_hundred_runs_in_a_row_leave_nothing()
    {
        engine.Wharf("run", "--rm", "busybox:latest", "true").Succeeds();
        LeakCheck leaks = LeakCheck.Begin(engine);

        for (int number = 0; number < 200; number++)
        {
            string text = number.ToString(CultureInfo.InvariantCulture);
            Assert.Equal(text, engine.Wharf("run", "--rm", "--name", "again", "busybox:latest", "echo", text).Succeeds().Output.Trim());
        }

        leaks.End();
        Assert.Empty(engine.Wharf("ps", "-aq").Succeeds().Output.Trim());
    }

    [Fact]
    public async Task Fifty_runs_at_once_leave_nothing()
    {
        engine.Wharf("run", "--rm", "busybox:latest", "true").Succeeds();
        LeakCheck leaks = LeakCheck.Begin(engine);

        Command[] runs = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Factory.StartNew(
            () => engine.Wharf("run", "--rm", "busybox:latest", "sh", "-c", $"echo {number}; exit {number}"),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        for (int number = 0; number < runs.Length; number++)
        {
            Assert.Equal((number, number.ToString(CultureInfo.InvariantCulture), string.Empty), (runs[number].ExitCode, runs[number].Output.Trim(), runs[number].Error.Trim()));
        }

        leaks.End();
    }

    [Fact]
    public void A_name_is_free_again_when_its_container_is_removed()
    {
        engine.Wharf("create", "--name", "taken", "busybox:latest", "true").Succeeds();
        Command second = engine.Wharf("create", "--name", "taken", "busybox:latest", "true");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("Conflict. The container name \"/taken\" is already in use by container", second.Error, StringComparison.Ordinal);

        engine.Wharf("rm", "taken").Succeeds();
        engine.Wharf("create", "--name", "taken", "busybox:latest", "true").Succeeds();
        engine.Wharf("rm", "taken").Succeeds();
    }
}
