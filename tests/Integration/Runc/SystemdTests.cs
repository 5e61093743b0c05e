using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>--systemd-cgroup: the container is a scope of Debian's systemd. Limits take controllers that this machine may have given to v1: Machine/SystemManagerTests has them.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly SystemdMachine machine = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Runc => $"{Programs.Runc} --systemd-cgroup --root {bundle.StateRoot}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose()
    {
        machine.Run($"{Runc} delete --force {id}");
        machine.Dispose();
        bundle.Dispose();
    }

    [Fact]
    public void A_container_is_a_scope_from_create_to_delete()
    {
        bundle.Change(spec => spec["linux"]!["cgroupsPath"] = $"wharf-test.slice:test:{id}");
        bundle.Arguments("sleep", "1000");

        string[] lines = Lines(machine.Run($"""
            {Runc} run --detach --pid-file /run/pid --bundle {Folder} {id} </dev/null >/dev/null 2>/run/error || cat /run/error
            systemctl show --property=ActiveState,Slice,Delegate,Description --value test-{id}.scope | sort
            grep -c . /sys/fs/cgroup/wharf.slice/wharf-test.slice/test-{id}.scope/cgroup.procs
            {Runc} exec {id} true && echo executed
            {Runc} pause {id} && {Runc} resume {id} && echo resumed
            {Runc} kill {id} KILL; sleep 0.2; {Runc} delete {id} && echo deleted
            systemctl is-active test-{id}.scope
            ls -d /sys/fs/cgroup/wharf.slice/wharf-test.slice/test-{id}.scope 2>/dev/null
            """));

        Assert.Equal(new[] { "active", "wharf-test.slice", "yes", $"libcontainer container {id}" }.Order(StringComparer.Ordinal), lines[..4].Order(StringComparer.Ordinal));
        Assert.Equal(["1", "executed", "resumed", "deleted", "inactive"], lines[4..]);
    }

    [Theory]
    [InlineData("/a/b", "expected cgroupsPath to be of format")]
    [InlineData("no-slice:test:x", "invalid slice name")]
    [InlineData("a--b.slice:test:x", "invalid slice name")]
    [InlineData("system.slice:test:", "invalid systemd unit name")]
    public void A_path_that_is_no_unit_is_refused_and_nothing_is_left(string path, string words)
    {
        bundle.Change(spec => spec["linux"]!["cgroupsPath"] = path);
        bundle.Arguments("true");

        Command run = machine.Run($"{Runc} run --bundle {Folder} {id}");

        Assert.Equal((1, true), (run.ExitCode, run.Error.Contains(words, StringComparison.Ordinal)));
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
    }

    [Fact]
    public void A_container_that_cannot_be_made_leaves_no_scope()
    {
        bundle.Arguments("/nothing/here");

        string[] lines = Lines(machine.Run($"{Runc} run --bundle {Folder} {id} 2>/dev/null; systemctl list-units --all --plain --no-legend 'runc-*'; ls -d /sys/fs/cgroup/system.slice/runc-* 2>/dev/null; ls {bundle.StateRoot}"));

        Assert.Empty(lines);
    }

    [Fact]
    public void Without_systemd_it_says_so()
    {
        bundle.Arguments("true");

        Command run = Command.Run("unshare", ["--mount", "--propagation", "private", "/bin/sh", "-c", $"mount -t tmpfs tmpfs /run; exec {Runc} run --bundle {Folder} {id}"]);

        Assert.Equal((1, true), (run.ExitCode, run.Error.Contains("systemd cgroup driver: connect", StringComparison.Ordinal)));
    }

    private static string[] Lines(Command command) => command.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
