using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc.Machine;

/// <summary>A user with a systemd of their own, to whom the machine's gives cgroups. Explicit: tests/Vm boots such a machine; the user is "user".</summary>
public sealed class UserManagerTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public UserManagerTests()
    {
        Assert.True(SpinWait.SpinUntil(() => File.Exists($"/run/user/{Uid}/systemd/private"), TimeSpan.FromSeconds(60)), "the user's systemd does not start");
        Directory.CreateDirectory(directory["rootfs/bin"]);
        foreach (string applet in new[] { "sh", "true", "cat", "sleep" })
        {
            File.CreateSymbolicLink(directory["rootfs/bin/" + applet], "busybox");
        }

        File.Copy("/bin/busybox", directory["rootfs/bin/busybox"]);
        Command.Run("chown", "-R", "user:user", directory.Path).Succeeds();
        Run($"{Programs.Runc} spec --rootless").Succeeds();
        string path = directory["config.json"];
        JsonNode spec = JsonNode.Parse(File.ReadAllText(path))!;
        spec["process"]!["terminal"] = false;
        spec["process"]!["args"] = new JsonArray("sleep", "1000");
        spec["linux"]!["resources"] = JsonNode.Parse("""{"pids":{"limit":44},"memory":{"limit":67108864}}""");
        File.WriteAllText(path, spec.ToJsonString());
    }

    private static string Uid { get; } = Command.Run("id", "-u", "user").Succeeds().Output.Trim();

    private string Cgroup => $"/sys/fs/cgroup/user.slice/user-{Uid}.slice/user@{Uid}.service/user.slice/runc-{id}.scope";

    private string Runc => $"{Programs.Runc} --systemd-cgroup";

    public void Dispose()
    {
        Run($"{Runc} delete --force {id}");
        directory.Dispose();
    }

    [Fact(Explicit = true)]
    public void A_users_container_is_a_scope_of_the_users_manager_with_limits()
    {
        Start();

        Assert.Equal(("44", "67108864"), (Control("pids.max"), Control("memory.max")));
        Assert.Equal("1", Run($"{Runc} ps --format json {id} | grep -c '^\\[[0-9]*\\]$'").Output.Trim());

        // The exec comes from outside of what is the user's: systemd moves it.
        Assert.Contains("0::/\n", Run($"{Runc} exec {id} cat /proc/self/cgroup").Succeeds().Output, StringComparison.Ordinal);
        Run($"{Runc} update --pids-limit 55 {id}").Succeeds();
        Assert.Equal("55", Control("pids.max"));
        Assert.Contains("\"current\":1", Run($"{Runc} events --stats {id}").Succeeds().Output, StringComparison.Ordinal);
        Run($"{Runc} pause {id} && {Runc} state {id} | grep paused && {Runc} resume {id}").Succeeds();
        Run($"{Runc} delete --force {id}").Succeeds();
        Assert.False(Directory.Exists(Cgroup));
    }

    [Fact(Explicit = true)]
    public void Without_systemd_limits_are_refused_where_the_cgroups_are_roots()
    {
        Command run = Run($"{Programs.Runc} run {id}");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("rootless needs no limits + no cgrouppath", run.Error, StringComparison.Ordinal);
    }

    private void Start() => Run($"{Runc} run --detach {id} </dev/null >/dev/null 2>error || {{ cat error >&2; exit 1; }}").Succeeds();

    private string Control(string file) => File.ReadAllText($"{Cgroup}/{file}").Trim();

    private Command Run(string script) => Command.Run(
        "setpriv", ["--reuid", "user", "--regid", "user", "--init-groups", "env", $"XDG_RUNTIME_DIR=/run/user/{Uid}", "/bin/sh", "-c", script], workingDirectory: directory.Path);
}
