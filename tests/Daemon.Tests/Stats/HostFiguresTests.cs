using Wharf.Daemon.Stats;

namespace Wharf.Daemon.Tests.Stats;

public sealed class HostFiguresTests
{
    [Fact]
    public void The_hosts_processors_are_summed_without_guests()
    {
        string[] lines = ["cpu  1 2 3 4 5 6 7 100 200 300", "cpu0 1 1 1 1 1 1 1 0 0 0", "cpu1 0 1 2 3 4 5 6 0 0 0", "intr 5", "cpufreq"];

        Assert.Equal((280_000_000UL, 2), HostCpu.Parse(lines));
    }

    [Fact]
    public void Links_are_read_without_loopback()
    {
        string[] lines =
        [
            "Inter-|   Receive                                                |  Transmit",
            " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
            "    lo:    9      9    9    9    0     0          0         0        9       9    9    9    0     0       0          0",
            "  eth0: 1234     5    6    7    0     0          0         0     8910      11   12   13    0     0       0          0",
            "eth1:1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0",
        ];

        IReadOnlyDictionary<string, LinkCounters> links = LinkCounters.Parse(lines);

        Assert.Equal(["eth0", "eth1"], links.Keys);
        Assert.Equal(new LinkCounters(1234, 5, 6, 7, 8910, 11, 12, 13), links["eth0"]);
        Assert.Equal(new LinkCounters(1, 2, 3, 4, 5, 6, 7, 8), links["eth1"]);
    }

    [Fact]
    public void A_process_that_has_ended_has_no_links() => Assert.Empty(LinkCounters.Of(int.MaxValue));
}
