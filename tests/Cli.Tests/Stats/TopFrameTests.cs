using System.Text.Json;
using Wharf.Cli.Stats;

namespace Wharf.Cli.Tests.Stats;

public sealed class TopFrameTests
{
    [Theory]
    [InlineData(new double[] { 0, 50, 100 }, 3, 100, " ▄█")]
    [InlineData(new double[] { 1, 2, 3, 4 }, 2, 4, "▆█")]
    [InlineData(new double[] { 5 }, 4, 5, "   █")]
    [InlineData(new double[] { 0.001 }, 1, 100, "▁")]
    [InlineData(new double[] { 7 }, 1, 0, " ")]
    public void A_graph_shows_the_last_values(double[] values, int width, double most, string graph) => Assert.Equal(graph, TopFrame.Graph(values, width, most));

    [Fact]
    public void Rates_are_what_passed_since_the_sample_before()
    {
        var history = new History("one");
        history.Take(Stats(0, 1000, 400));
        history.Take(Stats(0, 1000, 400));
        history.Take(Stats(2, 5000, 1400));

        Assert.Equal(2, history.Samples.Count);
        Assert.Equal(2000, history.Samples[1].Received);
        Assert.Equal(500, history.Samples[1].Disk);
        Assert.Equal(64 * 1024 * 1024, history.Limit);
    }

    [Fact]
    public void Every_container_has_a_line_and_what_does_not_fit_is_counted()
    {
        History[] histories = [.. Enumerable.Range(0, 5).Select(number =>
        {
            var history = new History($"container-{number}");
            history.Take(Stats(0, 0, 0));
            return history;
        })];

        string[] all = TopFrame.Draw(histories, 120, 24, colors: false).Split('\n');
        string few = TopFrame.Draw(histories, 120, 6, colors: true);

        Assert.Equal(8, all.Length);
        Assert.StartsWith("container-4 ", all[5], StringComparison.Ordinal);
        Assert.DoesNotContain("\x1b", string.Concat(all), StringComparison.Ordinal);
        Assert.Contains("5 containers, 2 more below", few, StringComparison.Ordinal);
        Assert.Contains("\x1b[32m", few, StringComparison.Ordinal);
    }

    private static JsonElement Stats(int second, long received, long disk) => JsonElement.Parse($$$"""
        {"read":"2026-01-01T00:00:0{{{second}}}Z","memory_stats":{"usage":1048576,"limit":67108864},
         "networks":{"eth0":{"rx_bytes":{{{received}}},"tx_bytes":0}},
         "blkio_stats":{"io_service_bytes_recursive":[{"op":"read","value":{{{disk}}}}]}}
        """);
}
