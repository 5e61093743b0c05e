using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Integration.Runc;

/// <summary>ps, list and events: what callers read of running containers.</summary>
public sealed class ObserveTests : IDisposable
{
    private readonly RunningContainer container = new("sh", "-c", "sleep 1000 & sleep 1001 & wait");

    public void Dispose() => container.Dispose();

    [Fact]
    public void Ps_lists_the_processes_as_ids_and_as_lines_of_ps()
    {
        // The shell's children bear its own arguments until they have executed their program.
        Assert.True(SpinWait.SpinUntil(
            () => container.Runc("ps", container.Id, "-e", "-o", "pid,args").Succeeds().Output.Split('\n').Count(line => line.Contains(" sleep 100", StringComparison.Ordinal) && !line.Contains("sh", StringComparison.Ordinal)) == 2,
            TimeSpan.FromSeconds(60)));
        int[] ids = JsonDocument.Parse(container.Runc("ps", "--format", "json", container.Id).Succeeds().Output).RootElement.EnumerateArray().Select(id => id.GetInt32()).ToArray();
        string[] lines = container.Runc("ps", container.Id).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] chosen = container.Runc("ps", container.Id, "-e", "-o", "pid,args").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, ids.Length);
        Assert.Contains(container.Pid, ids);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("UID", lines[0], StringComparison.Ordinal);
        Assert.Single(lines, line => line.EndsWith("sleep 1001", StringComparison.Ordinal));
        Assert.Equal(4, chosen.Length);
        Assert.Contains(int.Parse(Assert.Single(chosen, line => line.EndsWith(" sleep 1000", StringComparison.Ordinal) && !line.Contains("sh", StringComparison.Ordinal)).Trim().Split(' ')[0], CultureInfo.InvariantCulture), ids);
    }

    [Fact]
    public void Ps_without_a_column_of_ids_is_an_error()
    {
        Command ps = container.Runc("ps", container.Id, "-e", "-o", "args");

        Assert.Equal((1, true), (ps.ExitCode, ps.Error.Contains("couldn't find PID field in ps output", StringComparison.Ordinal)));
    }

    [Fact]
    public void List_shows_the_container_in_a_table_and_as_JSON()
    {
        JsonElement one = Assert.Single(JsonDocument.Parse(container.Runc("list", "--format", "json").Succeeds().Output).RootElement.EnumerateArray());
        string[] table = container.Runc("list").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal((container.Id, "running", container.Pid), (one.GetProperty("id").GetString(), one.GetProperty("status").GetString(), one.GetProperty("pid").GetInt32()));
        Assert.Equal(container.Bundle.Rootfs, one.GetProperty("rootfs").GetString());
        Assert.Equal("root", one.GetProperty("owner").GetString());
        Assert.Equal(["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"], table[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith(container.Id, table[1], StringComparison.Ordinal);
        Assert.Equal(container.Id + "\n", container.Runc("list", "-q").Succeeds().Output);
    }

    [Fact]
    public void Events_prints_the_statistics_once_with_what_the_cgroup_holds()
    {
        // The shell begins its two programs after the runtime is gone.
        Assert.True(SpinWait.SpinUntil(() => container.Control("pids.current") == "3", TimeSpan.FromSeconds(60)));

        JsonElement line = JsonDocument.Parse(container.Runc("events", "--stats", container.Id).Succeeds().Output).RootElement;

        Assert.Equal(("stats", container.Id), (line.GetProperty("type").GetString(), line.GetProperty("id").GetString()));
        JsonElement data = line.GetProperty("data");
        Assert.Equal(3, data.GetProperty("pids").GetProperty("current").GetInt32());
        Assert.InRange(data.GetProperty("cpu").GetProperty("usage").GetProperty("total").GetUInt64(), 1u, ulong.MaxValue);
        Assert.InRange(data.GetProperty("memory").GetProperty("usage").GetProperty("usage").GetUInt64(), 1u, ulong.MaxValue);
        Assert.NotEmpty(data.GetProperty("memory").GetProperty("raw").EnumerateObject());
    }

    [Fact]
    public void The_shape_of_the_statistics_is_that_of_Debians_runc()
    {
        string runc = Command.Run("/bin/sh", "-c", "command -v runc || true").Output.Trim();
        Assert.SkipUnless(runc.Length > 0, "runc is not installed");
        string root = Path.Combine(container.Bundle.StateRoot, "..", "runc-state");
        string id = container.Id + "-runc";
        try
        {
            container.Bundle.Change(spec => spec["ociVersion"] = "1.0.2");
            Command.Run("/bin/sh", "-c", $"exec {runc} --root {root} run --detach --bundle {Path.GetDirectoryName(container.Bundle.Rootfs)} {id} </dev/null >/dev/null 2>&1").Succeeds();
            JsonElement theirs = JsonDocument.Parse(Command.Run(runc, "--root", root, "events", "--stats", id).Succeeds().Output).RootElement;
            JsonElement ours = JsonDocument.Parse(container.Runc("events", "--stats", container.Id).Succeeds().Output).RootElement;

            // Numbers that are 0 are left out by both, so only names that ours has and theirs never has, or always has, are compared.
            Assert.Empty(Names(theirs.GetProperty("data")).Where(name => !name.StartsWith("memory.raw", StringComparison.Ordinal) && !name.StartsWith("blkio.", StringComparison.Ordinal) && name != "memory.cache").Except(Names(ours.GetProperty("data"))));
        }
        finally
        {
            Command.Run(runc, "--root", root, "delete", "--force", id);
        }
    }

    [Fact]
    public void Events_goes_on_by_the_clock_and_ends_with_the_container()
    {
        using Process events = Command.Start(Programs.Runc, ["--root", container.Bundle.StateRoot, "events", "--interval", "100ms", container.Id]);
        for (int line = 0; line < 3; line++)
        {
            Assert.Contains("\"type\":\"stats\"", events.StandardOutput.ReadLine(), StringComparison.Ordinal);
        }

        container.Runc("kill", container.Id, "KILL").Succeeds();

        Assert.True(events.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, events.ExitCode);
    }

    [Fact]
    public void Events_tells_when_memory_has_run_out()
    {
        using var hungry = new RunningContainer("sh", "-c", "while [ ! -e /go ]; do sleep 0.1; done; x=aaaaaaaa; while true; do x=$x$x; done");
        Assert.SkipUnless(Directory.Exists("/sys/fs/cgroup/memory") || File.Exists("/sys/fs/cgroup/memory.stat"), "this host has no memory controller");
        hungry.Runc("update", "--memory", "8m", hungry.Id).Succeeds();
        using Process events = Command.Start(Programs.Runc, ["--root", hungry.Bundle.StateRoot, "events", "--interval", "1h", hungry.Id]);
        Assert.True(SpinWait.SpinUntil(() => HasEventDescriptor(events.Id), TimeSpan.FromSeconds(20)));

        File.WriteAllText(Path.Combine(hungry.Bundle.Rootfs, "go"), string.Empty);

        Assert.Equal($$"""{"type":"oom","id":"{{hungry.Id}}"}""", events.StandardOutput.ReadLine());
        hungry.Runc("delete", "--force", hungry.Id).Succeeds();
        Assert.True(events.WaitForExit(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Events_ends_well_when_the_cgroup_is_gone_before_it_looks()
    {
        using var brief = new RunningContainer();
        using Process events = Command.Start(Programs.Runc, ["--root", brief.Bundle.StateRoot, "events", "--interval", "1h", brief.Id]);
        Assert.True(SpinWait.SpinUntil(() => HasEventDescriptor(events.Id), TimeSpan.FromSeconds(20)));
        string id = events.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Command.Run("/bin/kill", "-STOP", id).Succeeds();
        brief.Runc("delete", "--force", brief.Id).Succeeds();

        Command.Run("/bin/kill", "-CONT", id).Succeeds();

        Assert.True(events.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal((0, string.Empty, string.Empty), (events.ExitCode, events.StandardOutput.ReadToEnd(), events.StandardError.ReadToEnd()));
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("soon")]
    public void An_interval_that_is_none_is_refused(string interval)
    {
        Assert.Equal(1, container.Runc("events", "--interval", interval, container.Id).ExitCode);
    }

    private static bool HasEventDescriptor(int id) =>
        Directory.EnumerateFiles($"/proc/{id}/fd").Any(path => Files.ReadLink(null, path) is { } target && (target.Contains("eventfd", StringComparison.Ordinal) || target.EndsWith("memory.events", StringComparison.Ordinal)));

    private static IEnumerable<string> Names(JsonElement element, string prefix = "") => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().SelectMany(property => Names(property.Value, prefix + property.Name + ".").Prepend(prefix + property.Name))
        : [];
}
