using Wharf.Cli.Traces;

namespace Wharf.Cli.Tests.Traces;

public sealed class TraceTableTests
{
    [Fact]
    public void Laps_of_an_engine_are_read()
    {
        (string Hop, string What, TimeSpan Took)[] laps = [.. ServerTiming.Parse("store;desc=\"image read\";dur=1.5, network;desc=\"link, addresses\";dur=0.25, cache;desc=\"hit\"")];

        Assert.Equal([("store", "image read", TimeSpan.FromMilliseconds(1.5)), ("network", "link, addresses", TimeSpan.FromMilliseconds(0.25))], laps);
    }

    [Fact]
    public void Each_span_has_a_row_with_a_bar_at_its_place()
    {
        Span[] spans = [new("api", "POST /containers/create", TimeSpan.Zero, TimeSpan.FromMilliseconds(50)), new("kernel", "the program runs", TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50))];

        string[] lines = TraceTable.Draw(spans, 0, colors: false).Split('\n');

        Assert.StartsWith("HOP", lines[0], StringComparison.Ordinal);
        Assert.Contains("50.00ms", lines[2], StringComparison.Ordinal);
        Assert.Equal(30, lines[1].Count(letter => letter == '█'));
        Assert.Equal(lines[1].IndexOf('█', StringComparison.Ordinal) + 30, lines[2].IndexOf('█', StringComparison.Ordinal));
        Assert.Equal("api 50.00ms  kernel 50.00ms  all 100.00ms", lines[^2]);
    }
}
