namespace Wharf.Libcontainer.Tests.Cgroups;

/// <summary>What the watch of cgroup v2 makes of memory.events, of which the kernel tells at most every 10 ms: here it never does.</summary>
public sealed class OutOfMemoryWatchTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-memory-events-").FullName;

    [Fact]
    public void A_kill_is_told_once_and_without_the_kernels_word()
    {
        Write(kills: 3);
        using OutOfMemoryWatch watch = OutOfMemoryWatch.Unified(folder);
        Assert.False(watch.Take());

        Write(kills: 4);

        Assert.True(watch.Take());
        Assert.False(watch.Take());
        Assert.False(watch.Ended);
    }

    [Fact]
    public void A_limit_that_was_reached_without_a_kill_is_not_told()
    {
        Write(kills: 0);
        using OutOfMemoryWatch watch = OutOfMemoryWatch.Unified(folder);

        Write(kills: 0, max: 12);

        Assert.False(watch.Take());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write(int kills, int max = 0) =>
        File.WriteAllText(Path.Combine(folder, "memory.events"), $"low 0\nhigh 0\nmax {max}\noom {kills}\noom_kill {kills}\noom_group_kill 0\n");
}
