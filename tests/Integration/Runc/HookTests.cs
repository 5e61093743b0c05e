using System.Text.Json;
using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Hooks of all six kinds: when they run, where, and with which state.</summary>
public sealed class HookTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void Each_kind_runs_once_in_the_order_and_with_the_state_of_the_spec()
    {
        string log = Path.Combine(Folder, "hooks");
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "log"));
        foreach (string kind in new[] { "prestart", "createRuntime", "createContainer", "poststart", "poststop" })
        {
            Hook(kind, "/bin/sh", ["sh", "-c", $"echo {kind} $A $(cat) >>{log}"], env: "A=b");
        }

        // The one that runs in the container's own root.
        bundle.Change(spec => spec["mounts"]!.AsArray().Add(JsonNode.Parse($$"""{"destination":"/log","type":"bind","source":"{{Folder}}","options":["bind"]}""")));
        Hook("startContainer", "/bin/sh", ["sh", "-c", "echo startContainer $A $(cat) >>/log/hooks"], env: "A=b");
        bundle.Arguments("sh", "-c", "echo program >>/log/hooks");

        bundle.Runc("run", id).Succeeds();

        string[] lines = File.ReadAllLines(log);
        (string Kind, string Status)[] seen = [.. lines.Where(line => line != "program").Select(line => (line.Split(' ')[0], JsonDocument.Parse(line[line.IndexOf('{', StringComparison.Ordinal)..]).RootElement.GetProperty("status").GetString()!))];
        Assert.Equal(
            [("prestart", "created"), ("createRuntime", "creating"), ("createContainer", "created"), ("startContainer", "created")],
            seen.Where(line => line.Kind is not ("poststart" or "poststop")));
        Assert.Contains(("poststart", "running"), seen);
        Assert.Equal(("poststop", "stopped"), seen[^1]);
        Assert.True(Array.FindIndex(lines, line => line.StartsWith("startContainer", StringComparison.Ordinal)) < Array.IndexOf(lines, "program"));
        foreach (string line in lines.Where(line => line != "program"))
        {
            Assert.Equal("b", line.Split(' ')[1]);
            JsonElement state = JsonDocument.Parse(line[line.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
            Assert.Equal((id, Folder), (state.GetProperty("id").GetString(), state.GetProperty("bundle").GetString()));
        }
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public void A_hook_that_fails_before_the_start_undoes_the_container(string kind)
    {
        Hook(kind, "/bin/sh", ["sh", "-c", "exit 3"]);
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"error running {kind} hook #0: exit status 3", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
        Assert.Empty(HostCgroups.Below("/" + id));
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void A_hook_that_takes_longer_than_its_timeout_is_killed(string kind)
    {
        string pid = Path.Combine(Folder, "pid");
        Hook(kind, "/bin/sh", ["sh", "-c", $"echo $$ >{pid}; exec sleep 1006"], timeout: 1);
        bundle.Arguments("sleep", "1000");

        Command run = bundle.Runc("run", id);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("hook ran past specified timeout of 1.0s", run.Error, StringComparison.Ordinal);
        if (kind is "prestart" or "createRuntime" or "poststart")
        {
            Assert.False(Directory.Exists("/proc/" + File.ReadAllText(pid).Trim()));
        }

        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Theory]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    public void The_timeout_of_a_hook_that_never_reads_counts_however_long_the_state_is(string kind)
    {
        // More than a pipe takes.
        bundle.Change(spec => spec["annotations"] = new JsonObject { ["long"] = new string('x', 1 << 20) });
        Hook(kind, "/bin/sh", ["sh", "-c", "exec sleep 1006"], timeout: 1);
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("hook ran past specified timeout of 1.0s", run.Error, StringComparison.Ordinal);
        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Fact]
    public void A_long_state_is_read_to_its_end()
    {
        string log = Path.Combine(Folder, "read");
        bundle.Change(spec => spec["annotations"] = new JsonObject { ["long"] = new string('x', 1 << 20) });
        Hook("createRuntime", "/bin/sh", ["sh", "-c", $"cat >{log}"]);
        bundle.Arguments("true");

        bundle.Runc("run", id).Succeeds();

        Assert.Equal(1 << 20, JsonDocument.Parse(File.ReadAllText(log)).RootElement.GetProperty("annotations").GetProperty("long").GetString()!.Length);
    }

    [Fact]
    public void A_poststart_hook_that_fails_stops_the_container()
    {
        Hook("poststart", "/bin/sh", ["sh", "-c", "exit 3"]);
        bundle.Arguments("sleep", "1000");
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {bundle.StateRoot} create --bundle {Folder} {id} </dev/null >/dev/null 2>&1").Succeeds();

        Command start = bundle.Runc("start", id);

        Assert.Equal(1, start.ExitCode);
        Assert.Contains("error running poststart hook #0: exit status 3", start.Error, StringComparison.Ordinal);
        Assert.Contains("\"status\": \"stopped\"", bundle.Runc("state", id).Succeeds().Output, StringComparison.Ordinal);
        bundle.Runc("delete", id).Succeeds();
        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Fact]
    public void A_poststop_hook_that_fails_is_told_and_the_next_one_runs()
    {
        string ran = Path.Combine(Folder, "ran");
        Hook("poststop", "/bin/sh", ["sh", "-c", "exit 3"]);
        Hook("poststop", "/bin/sh", ["sh", "-c", "exec sleep 1006"], timeout: 1);
        Hook("poststop", "/bin/sh", ["sh", "-c", $"echo >{ran}"]);
        bundle.Arguments("true");

        bundle.Runc("run", id).Succeeds();

        Assert.True(File.Exists(ran));
        string log = File.ReadAllText(bundle.Log);
        Assert.Contains("error running poststop hook #0: exit status 3", log, StringComparison.Ordinal);
        Assert.Contains("error running poststop hook #1: hook ran past specified timeout of 1.0s", log, StringComparison.Ordinal);
        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Fact]
    public void CreateContainer_sees_the_containers_mounts_and_the_hosts_programs()
    {
        string log = Path.Combine(Folder, "mounts");
        Hook("createContainer", "/bin/sh", ["sh", "-c", $"grep -c {bundle.Rootfs}/proc /proc/self/mountinfo >{log}; hostname >>{log}"]);
        bundle.Arguments("true");

        bundle.Runc("run", id).Succeeds();

        Assert.StartsWith("1", File.ReadAllText(log), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hook_that_does_not_read_its_input_and_one_that_is_not_there()
    {
        Hook("createRuntime", "/bin/true", ["true"]);
        bundle.Arguments("true");
        bundle.Runc("run", id).Succeeds();

        Hook("createRuntime", "/nothing/here", ["here"]);
        Assert.Contains("error running createRuntime hook", bundle.Runc("run", id).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_failing_hook_writes_is_told_and_is_no_output_of_the_container()
    {
        Hook("createRuntime", "/bin/sh", ["sh", "-c", "echo fine; echo wrong >&2"]);
        bundle.Arguments("echo", "hello");
        Assert.Equal(("hello\n", ""), bundle.Runc("run", id).Succeeds() is { } run ? (run.Output, run.Error) : default);

        Hook("createRuntime", "/bin/sh", ["sh", "-c", "echo fine; echo wrong >&2; exit 3"]);
        Command failed = bundle.Runc("run", id);

        Assert.Equal((1, ""), (failed.ExitCode, failed.Output));
        Assert.Contains("error running createRuntime hook #1: exit status 3, stdout: fine\n, stderr: wrong\n", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hook_without_an_environment_has_that_of_its_place()
    {
        string log = Path.Combine(Folder, "places");
        foreach (string kind in new[] { "createRuntime", "createContainer" })
        {
            Bare(kind, $"echo {kind} $A $PWD >>{log}");
        }

        File.WriteAllText(Path.Combine(bundle.Rootfs, "log"), "");
        Bare("startContainer", "echo startContainer $A $HOME $PWD >>/log");
        bundle.Change(spec =>
        {
            spec["root"]!["readonly"] = false;
            spec["process"]!["env"] = new JsonArray("PATH=/bin", "A=inside", "HOME=/home");
        });
        bundle.Arguments("true");

        Command.Run(Programs.Runc, ["--root", bundle.StateRoot, "run", "--bundle", Folder, id], environment: new Dictionary<string, string?> { ["A"] = "outside" }, workingDirectory: "/").Succeeds();

        Assert.Equal([$"createRuntime outside {Folder}", $"createContainer {bundle.Rootfs}"], File.ReadAllLines(log));
        Assert.Equal(["startContainer inside /home /"], File.ReadAllLines(Path.Combine(bundle.Rootfs, "log")));
    }

    private void Bare(string kind, string script)
    {
        Hook(kind, "/bin/sh", ["sh", "-c", script]);
        bundle.Change(spec => spec["hooks"]![kind]![0]!.AsObject().Remove("env"));
    }

    private void Hook(string kind, string path, string[] arguments, string? env = null, int? timeout = null) => bundle.Change(spec =>
    {
        JsonObject hooks = spec["hooks"] as JsonObject ?? [];
        JsonArray list = hooks[kind] as JsonArray ?? [];
        var hook = new JsonObject { ["path"] = path, ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]) };
        hook["env"] = new JsonArray(["PATH=/usr/bin:/bin", .. env is null ? Array.Empty<JsonNode>() : [env]]);
        if (timeout is not null)
        {
            hook["timeout"] = timeout;
        }

        list.Add(hook);
        hooks[kind] = list;
        spec["hooks"] = hooks;
    });
}
