using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>wharf-runc as an ordinary user.</summary>
public sealed class RootlessTests : IDisposable
{
    private readonly RootlessUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public void A_container_lives_from_create_to_delete()
    {
        user.Arguments("sleep", "1000");

        string[] lines = Lines(user.Run("""
            wharf-runc create one </dev/null >/dev/null 2>error || cat error
            wharf-runc start one && wharf-runc state one | grep -c '"status": "running"'
            wharf-runc exec one sh -c 'id -u; id -g; cat /proc/self/setgroups; test -w /dev/null && echo device'
            wharf-runc kill one KILL
            for try in $(seq 600); do ! wharf-runc state one | grep -q stopped || break; sleep 0.05; done
            wharf-runc delete one && ls -A $XDG_RUNTIME_DIR/runc
            stat -c %a $XDG_RUNTIME_DIR/runc
            """));

        Assert.Equal(["1", "0", "0", "deny", "device", "1700"], lines);
    }

    [Fact]
    public void Ranges_of_ids_are_mapped_by_the_tools()
    {
        user.MapRanges();
        user.Change(spec => spec["process"]!["user"] = JsonNode.Parse("""{"uid":1000,"gid":1001}"""));
        user.Change(spec => spec["mounts"]!.AsArray().Add(JsonNode.Parse("""{"destination":"/share","type":"bind","source":"share","options":["bind"]}""".Replace("\"share\"", $"\"{user.Folder}/share\"", StringComparison.Ordinal))));
        Directory.CreateDirectory(Path.Combine(user.Folder, "share"));
        Command.Run("chmod", "777", Path.Combine(user.Folder, "share")).Succeeds();
        user.Arguments("sh", "-c", "id -u; id -g; cat /proc/self/setgroups; touch /share/made");

        Assert.Equal(["1000", "1001", "allow"], Lines(user.Run("wharf-runc run one").Succeeds()));
        Assert.Equal($"{RootlessUser.FirstRange + 999} {RootlessUser.FirstRange + 1000}", Command.Run("stat", "-c", "%u %g", Path.Combine(user.Folder, "share", "made")).Succeeds().Output.Trim());
    }

    [Fact]
    public void A_process_with_an_id_of_a_range_is_paused_by_nobody_and_killed_by_its_user()
    {
        user.MapRanges();
        user.Change(spec => spec["process"]!["user"] = JsonNode.Parse("""{"uid":1000,"gid":1000}"""));
        user.Arguments("sleep", "1000");

        string[] lines = Lines(user.Run("""
            wharf-runc run --detach one </dev/null >/dev/null 2>error || cat error
            wharf-runc exec --user 7:8 one id -u
            wharf-runc pause one 2>&1 | grep -c 'cgroups not configured for container'
            wharf-runc ps one 2>&1 | grep -c 'unable to get all container pids'
            wharf-runc delete --force one; ls -A $XDG_RUNTIME_DIR/runc
            """));

        Assert.Equal(["7", "1", "1"], lines);
    }

    [Fact]
    public void Without_the_tools_it_says_which_is_missing()
    {
        user.MapRanges();
        user.Arguments("true");

        Command run = user.Run($"PATH=/nothing {user.Program} run one");

        Assert.Equal((1, true), (run.ExitCode, run.Error.Contains("newuidmap: executable file not found in $PATH", StringComparison.Ordinal)));
        Assert.False(Directory.Exists(user.Folder + "/../run/runc/one"));
    }

    [Fact]
    public void An_id_that_is_not_the_users_is_refused_with_the_words_of_the_tool()
    {
        user.MapRanges(first: 200_000);
        user.Arguments("true");

        Command run = user.Run("wharf-runc run one");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("newuidmap: uid range", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"linux":{"resources":{"pids":{"limit":10}}}}""", "could not join or create cgroup|rootless needs no limits + no cgrouppath")]
    [InlineData("""{"linux":{"cgroupsPath":"/wharf-it-rootless"}}""", "unable to apply cgroup configuration: mkdir")]
    [InlineData("""{"linux":{"namespaces":[{"type":"mount"},{"type":"pid"}],"uidMappings":null,"gidMappings":null},"hostname":""}""", "rootless container requires user namespaces")]
    [InlineData("""{"linux":{"uidMappings":[]}}""", "rootless containers requires at least one UID mapping")]
    [InlineData("""{"linux":{"gidMappings":null}}""", "rootless containers requires at least one GID mapping")]
    [InlineData("""{"mounts":[{"destination":"/dev/pts","type":"devpts","source":"devpts","options":["gid=5"]}]}""", "cannot specify gid=5 mount option for rootless container")]
    [InlineData("""{"process":{"user":{"uid":0,"gid":0,"additionalGids":[10]}}}""", "cannot set any additional groups in a rootless container")]
    [InlineData("""{"linux":{"netDevices":{"eth0":{}},"namespaces":[{"type":"mount"},{"type":"pid"},{"type":"user"},{"type":"network"}]},"hostname":""}""", "network devices are not supported for rootless containers")]
    public void What_a_user_cannot_have_is_refused_with_words(string change, string words)
    {
        user.Change(spec => Merge(spec.AsObject(), JsonNode.Parse(change)!.AsObject()));
        user.Arguments("true");

        Command run = user.Run("wharf-runc run one; code=$?; ls -A $XDG_RUNTIME_DIR/runc; exit $code");

        Assert.Equal((1, string.Empty), (run.ExitCode, run.Output));
        Assert.True(words.Split('|').Any(one => run.Error.Contains(one, StringComparison.Ordinal)), run.Error);
    }

    [Theory]
    [InlineData("--rootless=false", 1, "permission denied")]
    [InlineData("--rootless=true", 0, "")]
    [InlineData("--rootless=auto", 0, "")]
    [InlineData("--rootless=perhaps", 1, "invalid value \\\"perhaps\\\" for flag -rootless")]
    public void The_flag_says_whether_cgroups_are_done_without(string flag, int code, string words)
    {
        user.Arguments("true");

        Command run = user.Run($"wharf-runc {flag} run one");

        Assert.Equal((code, true), (run.ExitCode, run.Error.Replace("\\\"", "\"", StringComparison.Ordinal).Contains(words.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal)));
    }

    [Fact]
    public void Root_of_a_user_namespace_is_rootless_too()
    {
        user.Change(spec =>
        {
            spec["linux"]!["uidMappings"] = null;
            spec["linux"]!["gidMappings"] = null;
            JsonArray namespaces = spec["linux"]!["namespaces"]!.AsArray();
            namespaces.Remove(namespaces.First(one => (string?)one!["type"] == "user"));
        });
        user.Arguments("id", "-u");

        Assert.Equal("0\n", user.Run("unshare --user --map-root-user wharf-runc run one").Succeeds().Output);
    }

    [Fact]
    public void CVE_2023_25809_a_users_cgroups_are_read_only_without_a_cgroup_namespace()
    {
        user.Change(spec =>
        {
            JsonArray namespaces = spec["linux"]!["namespaces"]!.AsArray();
            if (namespaces.FirstOrDefault(one => (string?)one!["type"] == "cgroup") is { } cgroup)
            {
                namespaces.Remove(cgroup);
            }
        });

        // What is mounted last is what is seen.
        user.Arguments("sh", "-c", """
            awk '$5 ~ "^/sys/fs/cgroup" { seen[$5] = substr($6, 1, 3) } END { for (place in seen) if (seen[place] != "ro,") print place, seen[place] }' /proc/self/mountinfo | grep -v '/unified '
            mkdir /sys/fs/cgroup/made 2>/dev/null && echo made
            echo end
            """);

        Assert.Equal(["end"], Lines(user.Run("wharf-runc run one").Succeeds()));
    }

    [Fact]
    public void In_a_folder_that_is_the_users_a_container_has_a_cgroup()
    {
        string name = $"wharf-it-{Guid.NewGuid():N}";
        user.Arguments("sleep", "1000");
        user.Change(spec =>
        {
            JsonArray namespaces = spec["linux"]!["namespaces"]!.AsArray();
            if (!namespaces.Any(one => (string?)one!["type"] == "cgroup"))
            {
                namespaces.Add(JsonNode.Parse("""{"type":"cgroup"}"""));
            }
        });
        try
        {
            Command all = user.RunUnified(
                $"mkdir -p /sys/fs/cgroup/{name}/own && chown -R {RootlessUser.Id} /sys/fs/cgroup/{name} && echo $$ >/sys/fs/cgroup/{name}/own/cgroup.procs || exit 99",
                """
                wharf-runc run --detach one </dev/null >/dev/null 2>error || cat error
                wharf-runc ps --format json one | grep -c '^\[[0-9]*\]$'
                wharf-runc pause one && wharf-runc state one | grep -c '"status": "paused"' && wharf-runc resume one
                wharf-runc exec one cat /proc/self/cgroup | grep '^0:'
                wharf-runc delete --force one
                ls -d /sys/fs/cgroup/$(cut -d: -f3 /proc/self/cgroup | tail -n 1)/../*/
                """);
            Assert.SkipWhen(all.ExitCode == 99, "cgroup2 cannot be mounted here");

            string[] lines = Lines(all);
            Assert.Equal(["1", "1", "0::/"], lines[..3]);
            Assert.EndsWith("/own/", Assert.Single(lines[3..]), StringComparison.Ordinal);
        }
        finally
        {
            PureCgroup.Run($"rmdir /sys/fs/cgroup/{name}/* /sys/fs/cgroup/{name}");
        }
    }

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach ((string name, JsonNode? value) in change)
        {
            if (value is JsonObject inner && target[name] is JsonObject there)
            {
                Merge(there, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    private static string[] Lines(Command command) => command.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
