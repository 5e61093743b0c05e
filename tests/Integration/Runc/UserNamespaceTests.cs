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
