using System.Diagnostics;
using System.Text.Json;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Integration.Runc;

/// <summary>The flags of create and run, spec, and the log that callers read.</summary>
public sealed class CreateFlagTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Runc => $"{Programs.Runc} --root {bundle.StateRoot}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void A_pidfd_of_the_first_process_goes_to_the_socket()
    {
        bundle.Arguments("sleep", "1000");
        string path = Path.Combine(Folder, "pidfd.sock");
        using FileDescriptor listener = UnixSockets.Listen(path);
        Command.Run("/bin/sh", "-c", $"exec {Runc} create --pidfd-socket {path} --pid-file {Folder}/pid --bundle {Folder} {id} </dev/null >/dev/null 2>&1").Succeeds();

        (string words, FileDescriptor? process) = ExecTests.Receive(listener);
        using (process)
        {
            Assert.Equal("standard", words);
            Assert.Contains($"Pid:\t{File.ReadAllText(Path.Combine(Folder, "pid"))}\n", File.ReadAllText($"/proc/self/fdinfo/{process!.Number}"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void A_container_that_waits_for_its_start_is_ended_by_a_signal(string signal)
    {
        bundle.Arguments("sleep", "1000");
        Command.Run("/bin/sh", "-c", $"exec {Runc} create --bundle {Folder} {id} </dev/null >/dev/null 2>&1").Succeeds();

        bundle.Runc("kill", id, signal).Succeeds();

        Assert.True(SpinWait.SpinUntil(() => bundle.Runc("state", id).Succeeds().Output.Contains("\"stopped\"", StringComparison.Ordinal), TimeSpan.FromSeconds(60)));
        bundle.Runc("delete", id).Succeeds();
    }

    [Fact]
    public void A_container_that_is_kept_is_stopped_and_can_be_deleted()
    {
        bundle.Arguments("sh", "-c", "exit 3");

        Assert.Equal(3, bundle.Runc("run", "--keep", id).ExitCode);

        Assert.Equal("stopped", JsonDocument.Parse(bundle.Runc("state", id).Succeeds().Output).RootElement.GetProperty("status").GetString());
        bundle.Runc("delete", id).Succeeds();
        Assert.Equal(1, bundle.Runc("state", id).ExitCode);
    }

    [Fact]
    public void Without_pivot_the_root_is_the_containers()
    {
        bundle.Arguments("ls", "/");

        Assert.Equal(["bin", "dev", "proc", "sys"], bundle.Runc("run", "--no-pivot", id).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void The_keyring_is_a_new_one_unless_the_callers_is_asked_for()
    {
        bundle.Change(spec => spec["linux"]!["maskedPaths"] = new System.Text.Json.Nodes.JsonArray());
        bundle.Arguments("cat", "/proc/keys");

        Assert.Contains($"_ses.{id}", bundle.Runc("run", id).Succeeds().Output, StringComparison.Ordinal);
        Assert.DoesNotContain($"_ses.{id}-old", bundle.Runc("run", "--no-new-keyring", id + "-old").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Sockets_of_activation_come_first_and_are_announced()
    {
        bundle.Arguments("sh", "-c", "echo $LISTEN_FDS $LISTEN_PID; ls /proc/self/fd | tr '\\n' ' '");

        Command run = Command.Run("/bin/sh", "-c", $"exec 3</etc/hostname 4</etc/group 5</etc/passwd; LISTEN_FDS=1 LISTEN_PID=$$ exec {Runc} run --preserve-fds 1 --bundle {Folder} {id}");

        Assert.Equal("1 1\n0 1 2 3 4 5 \n", run.Succeeds().Output);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("--no-subreaper", false)]
    public void Orphans_of_a_container_without_a_pid_namespace_come_to_the_runtime(string flag, bool reaped)
    {
        bundle.Change(spec => spec["linux"]!["namespaces"] = new System.Text.Json.Nodes.JsonArray(
            [.. spec["linux"]!["namespaces"]!.AsArray().Where(one => (string?)one!["type"] is not "pid").Select(one => one!.DeepClone())]));
        bundle.Change(spec => spec["mounts"]!.AsArray().First(mount => (string?)mount!["destination"] == "/proc")!["type"] = "proc");
        bundle.Arguments("sh", "-c", "(sleep 1004 & echo $! >/dev/shm/orphan); cat /dev/shm/orphan; exec sleep 1005");
        using Process run = Command.Start(Programs.Runc, [.. new[] { "--root", bundle.StateRoot, "run", "--bundle", Folder }, .. flag.Length > 0 ? new[] { flag } : [], id]);
        try
        {
            string orphan = run.StandardOutput.ReadLine()!;
            string parent = File.ReadLines($"/proc/{orphan}/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal)).Split('\t')[1];

            Assert.Equal(reaped, parent == run.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        finally
        {
            bundle.Runc("delete", "--force", id);
            run.WaitForExit(TimeSpan.FromSeconds(20));
        }
    }

    [Theory]
    [InlineData("text", "time=\"", " level=error msg=\"container does not exist\"")]
    [InlineData("json", "{\"level\":\"error\",\"msg\":\"container does not exist\",\"time\":\"", "\"}")]
    public void The_log_has_the_error_in_the_shape_that_is_asked_for(string format, string begins, string ends)
    {
        string log = Path.Combine(Folder, "log");

        Command state = Command.Run(Programs.Runc, "--root", bundle.StateRoot, "--log", log, "--log-format", format, "state", id);

        Assert.Equal((1, "container does not exist\n"), (state.ExitCode, state.Error));
        string line = Assert.Single(File.ReadAllLines(log));
        Assert.StartsWith(begins, line, StringComparison.Ordinal);
        Assert.EndsWith(ends, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_spec_for_a_user_without_privileges_has_a_user_namespace_and_no_limits()
    {
        string folder = Path.Combine(Folder, "rootless");
        Directory.CreateDirectory(folder);
        Command.Run(Programs.Runc, ["spec", "--rootless"], workingDirectory: folder).Succeeds();

        JsonElement linux = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json"))).RootElement.GetProperty("linux");

        Assert.Contains("user", linux.GetProperty("namespaces").EnumerateArray().Select(one => one.GetProperty("type").GetString()));
        Assert.DoesNotContain("network", linux.GetProperty("namespaces").EnumerateArray().Select(one => one.GetProperty("type").GetString()));
        Assert.Equal(1, linux.GetProperty("uidMappings")[0].GetProperty("size").GetInt32());
        Assert.False(linux.TryGetProperty("resources", out _));
    }
}
