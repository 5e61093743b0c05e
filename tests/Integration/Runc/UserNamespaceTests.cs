using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>A container whose root is an ordinary user of the host.</summary>
public sealed class UserNamespaceTests : IDisposable
{
    private const string Mappings = """[{"containerID":0,"hostID":100000,"size":65536}]""";
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public UserNamespaceTests()
    {
        Map(bundle);
    }

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void Root_inside_is_the_mapped_user_outside()
    {
        bundle.Arguments("sh", "-c", "id -u; cat /proc/self/uid_map; touch /tmp/made; stat -c %u /tmp/made");
        bundle.Change(spec =>
        {
            spec["root"]!["readonly"] = false;
            spec["mounts"]!.AsArray().Add(JsonNode.Parse("""{"destination":"/tmp","type":"bind","source":"SHARE","options":["bind"]}""".Replace("SHARE", Share(), StringComparison.Ordinal)));
        });

        string[] words = bundle.Runc("run", id).Succeeds().Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["0", "0", "100000", "65536", "0"], words);
        Assert.Equal("100000", Command.Run("stat", "-c", "%u", Path.Combine(Share(), "made")).Output.Trim());
    }

    [Fact]
    public void An_exec_joins_the_namespace_with_the_user_that_is_asked_for()
    {
        bundle.Arguments("sleep", "1000");
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {bundle.StateRoot} run --detach --bundle {Path.GetDirectoryName(bundle.Rootfs)} {id} </dev/null >/dev/null 2>&1").Succeeds();

        Assert.Equal("1000 1001 65536\n", bundle.Runc("exec", "--user", "1000:1001", id, "sh", "-c", "echo $(id -u) $(id -g) $(cut -c23- /proc/self/uid_map)").Succeeds().Output);
        Assert.Equal("0\n", bundle.Runc("exec", id, "id", "-u").Succeeds().Output);
    }

    [Fact]
    public void The_namespace_of_another_container_is_joined()
    {
        using var first = new RunningContainer(Map, "sleep", "1000");
        bundle.Change(spec =>
        {
            spec["linux"]!["uidMappings"] = null;
            spec["linux"]!["gidMappings"] = null;
            spec["linux"]!["namespaces"]!.AsArray().First(one => (string?)one!["type"] == "user")!["path"] = $"/proc/{first.PidText}/ns/user";
        });
        bundle.Arguments("readlink", "/proc/self/ns/user");

        Assert.Equal(Command.Run("readlink", $"/proc/{first.PidText}/ns/user").Output, bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void A_source_that_the_user_may_not_reach_is_opened_for_the_container()
    {
        string closed = Path.Combine(Path.GetDirectoryName(bundle.Rootfs)!, "closed");
        Directory.CreateDirectory(Path.Combine(closed, "dir"));
        File.WriteAllText(Path.Combine(closed, "dir", "file"), "text");
        Command.Run("chmod", "700", closed).Succeeds();
        bundle.Change(spec => spec["mounts"]!.AsArray().Add(new JsonObject
        {
            ["destination"] = "/data",
            ["type"] = "bind",
            ["source"] = "closed/dir",
            ["options"] = new JsonArray("bind"),
        }));
        bundle.Arguments("cat", "/data/file");

        Assert.Equal("text\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void All_namespaces_of_another_container_are_joined_and_its_clocks_belong_to_its_users()
    {
        using var first = new RunningContainer(
            other =>
            {
                Map(other);
                other.Change(spec =>
                {
                    spec["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type":"time"}"""));
                    spec["linux"]!["timeOffsets"] = JsonNode.Parse("""{"monotonic":{"secs":7881,"nanosecs":2718281}}""");
                });
            },
            "sleep",
            "1000");
        bundle.Change(spec =>
        {
            spec["linux"]!["uidMappings"] = null;
            spec["linux"]!["gidMappings"] = null;
            spec["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type":"time"}"""));
            foreach (JsonNode? one in spec["linux"]!["namespaces"]!.AsArray().Where(one => (string?)one!["type"] != "mount"))
            {
                one!["path"] = $"/proc/{first.PidText}/ns/{((string?)one["type"] == "network" ? "net" : (string?)one["type"])}";
            }
        });
        bundle.Arguments("sh", "-c", "cat /proc/self/timens_offsets; for one in user pid net; do readlink /proc/self/ns/$one; done");

        string output = bundle.Runc("run", id).Succeeds().Output;

        Assert.Matches(@"monotonic\s+7881\s+2718281", output);
        Assert.EndsWith(Command.Run("readlink", $"/proc/{first.PidText}/ns/user", $"/proc/{first.PidText}/ns/pid", $"/proc/{first.PidText}/ns/net").Output, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_network_of_the_host_is_joined_from_a_user_namespace(bool clocks)
    {
        bundle.Change(spec =>
        {
            spec["linux"]!["namespaces"]!.AsArray().First(one => (string?)one!["type"] == "network")!["path"] = "/proc/self/ns/net";

            // Who has no rights in the network namespace mounts no sysfs.
            spec["mounts"] = new JsonArray([.. spec["mounts"]!.AsArray().Where(mount => (string?)mount!["type"] is not ("sysfs" or "cgroup")).Select(mount => mount!.DeepClone())]);
            if (clocks)
            {
                spec["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type":"time"}"""));
                spec["linux"]!["timeOffsets"] = JsonNode.Parse("""{"boottime":{"secs":1337}}""");
            }
        });
        bundle.Arguments("sh", "-c", "readlink /proc/self/ns/net; id -u; grep -c 1337 /proc/self/timens_offsets");

        Assert.Equal($"{Command.Run("readlink", "/proc/self/ns/net").Output}0\n{(clocks ? 1 : 0)}\n", bundle.Runc("run", id).Output);
    }

    [Fact]
    public void Devices_are_the_hosts_and_a_terminal_works()
    {
        bundle.Change(spec => spec["process"]!["terminal"] = true);
        bundle.Arguments("sh", "-c", "echo x >/dev/null && test -t 0 && stat -c '%t:%T' /dev/null");

        Command run = Command.Run("script", ["-qec", $"{Programs.Runc} --root {bundle.StateRoot} run --bundle {Path.GetDirectoryName(bundle.Rootfs)} {id}", "/dev/null"]);

        Assert.Equal((0, true), (run.ExitCode, run.Output.Contains("1:3", StringComparison.Ordinal)));
    }

    /// <summary>The user must be able to reach the root and to make the mount points in it.</summary>
    internal static void Map(BusyboxBundle bundle)
    {
        Command.Run("chmod", "711", Path.GetDirectoryName(bundle.Rootfs)!).Succeeds();
        Command.Run("chown", "-R", "100000:100000", bundle.Rootfs).Succeeds();
        bundle.Change(AddNamespace);
    }

    private static void AddNamespace(JsonNode spec)
    {
        spec["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type":"user"}"""));
        spec["linux"]!["uidMappings"] = JsonNode.Parse(Mappings);
        spec["linux"]!["gidMappings"] = JsonNode.Parse(Mappings);
    }

    private string Share()
    {
        string share = Path.Combine(Path.GetDirectoryName(bundle.Rootfs)!, "share");
        Directory.CreateDirectory(share);
        Command.Run("chown", "100000:100000", share).Succeeds();
        return share;
    }
}
