using System.Text.Json;
using System.Text.Json.Nodes;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Integration.Runc;

/// <summary>Filters in the kernel, and the listener that an agent gets.</summary>
public sealed class SeccompTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public void Dispose() => bundle.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_denied_call_fails_with_the_errno_of_the_rule(bool noNewPrivileges)
    {
        Profile("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":28}]}""", noNewPrivileges);
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "bin", "mkdir"), "busybox");
        bundle.Arguments("mkdir", "/dev/shm/x");

        Command run = bundle.Runc("run", id);

        Assert.Equal((1, true), (run.ExitCode, run.Error.Contains("No space left on device", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_filter_that_denies_messages_does_not_keep_the_container_from_starting()
    {
        Profile("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["sendmsg","sendto","recvmsg"],"action":"SCMP_ACT_ERRNO"}]}""", noNewPrivileges: false);
        bundle.Arguments("echo", "started");

        Assert.Equal("started\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_agent_gets_the_listener_with_the_state_of_the_process(bool noNewPrivileges)
    {
        string path = Path.Combine(Path.GetDirectoryName(bundle.Rootfs)!, "agent.sock");
        using FileDescriptor agent = UnixSockets.Listen(path);
        Profile($$"""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"{{path}}","listenerMetadata":"about it","syscalls":[{"names":["swapon"],"action":"SCMP_ACT_NOTIFY"}]}""", noNewPrivileges);
        bundle.Arguments("sleep", "1000");
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {bundle.StateRoot} run --detach --pid-file {bundle.Rootfs}/../pid --bundle {Path.GetDirectoryName(bundle.Rootfs)} {id} </dev/null >/dev/null 2>&1").Succeeds();

        (string words, FileDescriptor? listener) = ExecTests.Receive(agent);
        using (listener)
        {
            JsonElement state = JsonDocument.Parse(words).RootElement;
            int pid = int.Parse(File.ReadAllText(Path.Combine(bundle.Rootfs, "..", "pid")), System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal("seccompFd", Assert.Single(state.GetProperty("fds").EnumerateArray()).GetString());
            Assert.Equal((pid, "about it"), (state.GetProperty("pid").GetInt32(), state.GetProperty("metadata").GetString()));
            Assert.Equal((id, "creating", pid), (state.GetProperty("state").GetProperty("id").GetString(), state.GetProperty("state").GetProperty("status").GetString(), state.GetProperty("state").GetProperty("pid").GetInt32()));
            Assert.Contains("seccomp notify", Files.ReadLink(null, $"/proc/self/fd/{listener!.Number}"), StringComparison.Ordinal);

            // A process that is added has a filter of its own, and so a listener of its own.
            bundle.Runc("exec", id, "true").Succeeds();
            (string added, FileDescriptor? second) = ExecTests.Receive(agent);
            using (second)
            {
                Assert.Equal(("running", pid), (JsonDocument.Parse(added).RootElement.GetProperty("state").GetProperty("status").GetString(), JsonDocument.Parse(added).RootElement.GetProperty("state").GetProperty("pid").GetInt32()));
                Assert.NotEqual(pid, JsonDocument.Parse(added).RootElement.GetProperty("pid").GetInt32());
            }
        }
    }

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_NOTIFY","listenerPath":"/x"}""", "cannot be used as default action")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/x","syscalls":[{"names":["write"],"action":"SCMP_ACT_NOTIFY"}]}""", "cannot be used for the write syscall")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["swapon"],"action":"SCMP_ACT_NOTIFY"}]}""", "listenerPath is not set")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/nothing/here","syscalls":[{"names":["swapon"],"action":"SCMP_ACT_NOTIFY"}]}""", "/nothing/here")]
    public void A_listener_that_cannot_be_is_refused_and_nothing_is_left(string profile, string words)
    {
        Profile(profile, noNewPrivileges: true);
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.Equal((1, true), (run.ExitCode, run.Error.Contains(words, StringComparison.Ordinal)));
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
        Assert.Empty(HostCgroups.Below("/" + id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hook_inside_the_container_has_the_filter(bool noNewPrivileges)
    {
        Profile("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}""", noNewPrivileges);
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "bin", "mkdir"), "busybox");
        bundle.Change(spec => spec["hooks"] = JsonNode.Parse("""{"startContainer":[{"path":"/bin/mkdir","args":["mkdir","/dev/shm/made"]}]}"""));
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("error running startContainer hook", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hook_that_a_signal_has_ended_is_told_in_words()
    {
        bundle.Change(spec => spec["hooks"] = JsonNode.Parse("""{"createRuntime":[{"path":"/bin/sh","args":["sh","-c","kill -9 $$"]}]}"""));
        bundle.Arguments("true");

        Assert.Contains("error running createRuntime hook #0: signal: killed", bundle.Runc("run", id).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_flags_of_a_filter_are_told_to_who_debugs()
    {
        Profile("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_LOG","SECCOMP_FILTER_FLAG_TSYNC"]}""", noNewPrivileges: false);
        bundle.Arguments("true");

        Command.Run(Programs.Runc, "--root", bundle.StateRoot, "--log", bundle.Log, "--debug", "run", "--bundle", Path.GetDirectoryName(bundle.Rootfs)!, id).Succeeds();

        Assert.Contains("\"seccomp filter flags: 2\"", File.ReadAllText(bundle.Log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(38, true)]
    [InlineData(38, false)]
    public void Calls_that_an_old_filter_does_not_know_are_none_that_the_runtime_needs_behind_it(int errno, bool noNewPrivileges)
    {
        Profile(
            """
            {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["clone3","close_range","faccessat2","fsconfig","fsmount","fsopen","getcwd","mount_setattr","move_mount","open_tree","openat2","statx"],
             "action":"SCMP_ACT_ERRNO","errnoRet":VALUE}]}
            """.Replace("VALUE", errno.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal),
            noNewPrivileges);
        bundle.Arguments("echo", "ran");
        bundle.Change(spec => spec["process"]!["cwd"] = "/bin");

        Assert.Equal("ran\n", bundle.Runc("run", id).Succeeds().Output);
    }

    private void Profile(string profile, bool noNewPrivileges) => bundle.Change(spec =>
    {
        spec["process"]!["noNewPrivileges"] = noNewPrivileges;
        spec["linux"]!["seccomp"] = JsonNode.Parse(profile);
    });
}
