using System.Text.RegularExpressions;
using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>`run --trace`: every hop of the chain tells of the very run.</summary>
public sealed class TraceTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void Every_hop_of_a_run_has_its_spans()
    {
        Command run = fixture.Engine.Wharf("run", "--trace", "--rm", "busybox:latest", "sh", "-c", "echo words; exit 3");

        Assert.Equal((3, "words\n"), (run.ExitCode, run.Output));
        string[] hops = [.. Regex.Matches(run.Error, @"(?m)^(\w+) .*\d+\.\d\dms .*█").Select(row => row.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["api", "client", "kernel", "network", "runtime", "shim", "store"], hops);
    }

    [Fact]
    public void Nobody_who_has_not_asked_is_told()
    {
        Command run = fixture.Engine.Wharf("run", "--rm", "busybox:latest", "true");

        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
    }
}
