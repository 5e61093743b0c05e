using System.Text.Json;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>update: every limit that this host's kernel has, by flag and by document.</summary>
public sealed class UpdateTests : IDisposable
{
    private readonly RunningContainer container = new();

    public void Dispose() => container.Dispose();

    [Theory]
    [InlineData("--memory", "64m", "memory.limit_in_bytes", "67108864")]
    [InlineData("--memory", "-1", "memory.limit_in_bytes", "9223372036854771712")]
    [InlineData("--memory-reservation", "33554432", "memory.soft_limit_in_bytes", "33554432")]
    [InlineData("--pids-limit", "44", "pids.max", "44")]
    [InlineData("--pids-limit", "-1", "pids.max", "max")]
    [InlineData("--cpu-share", "512", "cpu.shares", "512")]
    [InlineData("--cpu-quota", "60000", "cpu.cfs_quota_us", "60000")]
    [InlineData("--cpu-period", "50000", "cpu.cfs_period_us", "50000")]
    [InlineData("--cpuset-cpus", "0", "cpuset.cpus", "0")]
    [InlineData("--cpuset-mems", "0", "cpuset.mems", "0")]
    [InlineData("--cpu-idle", "1", "cpu.idle", "1")]
    public void A_flag_changes_its_control_file(string flag, string value, string file, string expected)
    {
        SkipWithout(file);

        container.Runc("update", $"{flag}={value}", container.Id).Succeeds();

        Assert.Equal(expected, container.Control(file));
    }

    [Fact]
    public void A_document_from_the_input_changes_all_that_it_names_and_nothing_else()
    {
        SkipWithout("cpu.cfs_burst_us");
        const string document = """
            {"memory":{"limit":50331648,"reservation":25165824},"cpu":{"quota":40000,"period":80000,"burst":20000,"shares":300,"cpus":"0"},"pids":{"limit":21}}
            """;

        Command.Run(Programs.Runc, ["--root", container.Bundle.StateRoot, "update", "-r", "-", container.Id], input: document).Succeeds();

        Assert.Equal("50331648", container.Control("memory.limit_in_bytes"));
        Assert.Equal("25165824", container.Control("memory.soft_limit_in_bytes"));
        Assert.Equal(("40000", "80000", "20000"), (container.Control("cpu.cfs_quota_us"), container.Control("cpu.cfs_period_us"), container.Control("cpu.cfs_burst_us")));
        Assert.Equal(("300", "0", "21"), (container.Control("cpu.shares"), container.Control("cpuset.cpus"), container.Control("pids.max")));
    }

    [Fact]
    public void What_was_changed_is_in_the_state_beside_what_was_not()
    {
        SkipWithout("pids.max");
        container.Runc("update", "--pids-limit", "31", container.Id).Succeeds();
        container.Runc("update", "--memory", "64m", container.Id).Succeeds();

        JsonElement resources = container.Record.GetProperty("spec").GetProperty("linux").GetProperty("resources");

        Assert.Equal(31, resources.GetProperty("pids").GetProperty("limit").GetInt32());
        Assert.Equal(67108864, resources.GetProperty("memory").GetProperty("limit").GetInt64());
        Assert.Equal("running", JsonDocument.Parse(container.Runc("state", container.Id).Output).RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public void Memory_and_swap_shrink_and_grow_in_the_order_that_the_kernel_wants()
    {
        SkipWithout("memory.memsw.limit_in_bytes");

        foreach ((string memory, string swap) in new[] { ("64m", "96m"), ("128m", "256m"), ("32m", "48m"), ("-1", "-1") })
        {
            container.Runc("update", "--memory", memory, $"--memory-swap={swap}", container.Id).Succeeds();
        }

        Assert.Equal(container.Control("memory.limit_in_bytes"), container.Control("memory.memsw.limit_in_bytes"));
    }

    [Theory]
    [InlineData("cpu-quota", "many")]
    [InlineData("memory", "12x")]
    [InlineData("blkio-weight", "70000")]
    public void A_value_that_is_none_is_refused_by_name(string flag, string value)
    {
        Command update = container.Runc("update", $"--{flag}={value}", container.Id);

        Assert.Equal(1, update.ExitCode);
        Assert.Contains($"invalid value for {flag}", update.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_below_what_is_in_use_is_refused_when_that_is_asked_for()
    {
        SkipWithout("memory.limit_in_bytes");

        Command update = Command.Run(Programs.Runc, ["--root", container.Bundle.StateRoot, "update", "-r", "-", container.Id], input: """{"memory":{"limit":4096,"checkBeforeUpdate":true}}""");

        Assert.Equal(1, update.ExitCode);
        Assert.Contains("rejecting memory limit 4096 because current usage is", update.Error, StringComparison.Ordinal);
    }

    private void SkipWithout(string file) =>
        Assert.SkipUnless(container.Record.GetProperty("cgroupPaths").EnumerateArray().Any(path => File.Exists(Path.Combine(path.GetString()!, file))), $"this host has no {file}");
}
