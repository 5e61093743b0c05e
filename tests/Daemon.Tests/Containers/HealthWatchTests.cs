using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Tests.Containers;

public sealed class HealthWatchTests
{
    private static readonly HealthSettings Settings = new(["true"], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), 2);

    [Fact]
    public void Failures_while_it_starts_do_not_count()
    {
        Health health = HealthWatch.Next(new Health { Status = "starting" }, Settings, Answer(1), TimeSpan.FromSeconds(9));

        Assert.Equal(("starting", 0), (health.Status, health.FailingStreak));
    }

    [Fact]
    public void So_many_failures_make_it_unhealthy_and_one_success_healthy()
    {
        Health once = HealthWatch.Next(new Health { Status = "healthy" }, Settings, Answer(1), TimeSpan.FromSeconds(1));
        Health twice = HealthWatch.Next(once, Settings, Answer(-1), TimeSpan.FromSeconds(2));
        Health well = HealthWatch.Next(twice, Settings, Answer(0), TimeSpan.FromSeconds(3));

        Assert.Equal([("healthy", 1), ("unhealthy", 2), ("healthy", 0)], new[] { once, twice, well }.Select(one => (one.Status, one.FailingStreak)));
    }

    [Fact]
    public void The_last_five_answers_are_kept()
    {
        var health = new Health { Status = "starting" };
        for (int code = 1; code <= 7; code++)
        {
            health = HealthWatch.Next(health, Settings, Answer(code), TimeSpan.FromMinutes(1));
        }

        Assert.Equal([3, 4, 5, 6, 7], health.Log.Select(answer => answer.ExitCode));
    }

    [Fact]
    public void What_a_request_leaves_out_is_the_images()
    {
        HealthConfig merged = HealthSettings.Merge(new HealthConfig { Interval = 5_000_000 }, new Healthcheck { Test = ["CMD", "x"], Interval = 1, Retries = 7 })!;

        Assert.Equal(("CMD", 5_000_000L, 7), (merged.Test![0], merged.Interval, merged.Retries));
        Assert.Null(HealthSettings.Of(new ContainerConfig { Healthcheck = new HealthConfig { Test = ["NONE"] } }));
        Assert.Equal(["/bin/sh", "-c", "exit 1"], HealthSettings.Of(new ContainerConfig { Healthcheck = new HealthConfig { Test = ["CMD-SHELL", "exit 1"] } })!.Command);
        Assert.Throws<EngineException>(() => HealthSettings.Check(new HealthConfig { Interval = 5 }));
    }

    private static HealthcheckResult Answer(int code) => new() { Start = "2026-01-01T00:00:00Z", End = "2026-01-01T00:00:00Z", ExitCode = code };
}
