using System.Diagnostics;
using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Namespaces that are joined by path: each type by itself.</summary>
public sealed class NamespaceJoinTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public void Dispose() => bundle.Dispose();

    [Theory]
    [InlineData("pid", "pid")]
    [InlineData("network", "net")]
    [InlineData("ipc", "ipc")]
    [InlineData("uts", "uts")]
    [InlineData("cgroup", "cgroup")]
    [InlineData("time", "time")]
    public void A_namespace_of_another_container_is_joined(string type, string file)
    {
        using var other = new RunningContainer(made => made.Change(spec =>
        {
            // What a new spec has of them depends on the host's cgroups.
            JsonArray own = spec["linux"]!["namespaces"]!.AsArray();
            if (own.All(one => (string?)one!["type"] != type))
            {
                own.Add(new JsonObject { ["type"] = type });
            }
        }));
        string path = $"/proc/{other.Pid}/ns/{file}";
        string theirs = new FileInfo(path).LinkTarget!;
        bundle.Change(spec =>
        {
            JsonArray namespaces = spec["linux"]!["namespaces"]!.AsArray();
            if (namespaces.FirstOrDefault(one => (string?)one!["type"] == type) is { } own)
            {
                namespaces.Remove(own);
            }

            namespaces.Add(new JsonObject { ["type"] = type, ["path"] = path });
        });
        bundle.Arguments("readlink", $"/proc/self/ns/{file}");

        Assert.NotEqual(theirs, new FileInfo($"/proc/self/ns/{file}").LinkTarget);
        Assert.Equal(theirs + "\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Theory]
    [InlineData("network", "pid")]
    [InlineData("ipc", "uts")]
    public void A_namespace_of_another_type_is_refused(string type, string file)
    {
        bundle.Change(spec => spec["linux"]!["namespaces"]!.AsArray().First(one => (string?)one!["type"] == type)!["path"] = $"/proc/self/ns/{file}");
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"/proc/self/ns/{file}", run.Error, StringComparison.Ordinal);
        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Fact]
    public void A_mount_namespace_is_joined_and_its_members_keep_their_root()
    {
        using Process other = Command.Start("unshare", ["--mount", "sh", "-c", "echo ready; read ignored; ls -d /proc/self"]);
        try
        {
            Assert.Equal("ready", other.StandardOutput.ReadLine());
            string path = $"/proc/{other.Id}/ns/mnt";
            bundle.Change(spec => spec["linux"]!["namespaces"]!.AsArray().First(one => (string?)one!["type"] == "mount")!["path"] = path);
            bundle.Arguments("sh", "-c", "readlink /proc/self/ns/mnt; ls /bin/busybox; test -e /etc/debian_version || echo inside");

            Assert.Equal($"{new FileInfo(path).LinkTarget}\n/bin/busybox\ninside\n", bundle.Runc("run", id).Succeeds().Output);

            other.StandardInput.WriteLine();
            Assert.Equal("/proc/self", other.StandardOutput.ReadLine());
        }
        finally
        {
            other.StandardInput.Close();
            other.WaitForExit();
        }

        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/proc/self/ns/mnt")]
    public void In_the_hosts_mount_namespace_a_container_has_its_rootfs_and_nothing_is_mounted(string? path)
    {
        bundle.Change(spec =>
        {
            JsonArray namespaces = spec["linux"]!["namespaces"]!.AsArray();
            spec["linux"]!["maskedPaths"] = null;
            spec["linux"]!["readonlyPaths"] = null;
            JsonNode mount = namespaces.First(one => (string?)one!["type"] == "mount")!;
            namespaces.Remove(mount);
            if (path is not null)
            {
                mount["path"] = path;
                namespaces.Add(mount);
            }
        });
        bundle.Arguments("sh", "-c", "ls /bin/busybox; test -e /etc/debian_version || echo inside; test -e /proc/self || echo bare");

        Assert.Equal("/bin/busybox\ninside\nbare\n", bundle.Runc("run", id).Succeeds().Output);
        Assert.Empty(HostMounts.Below(bundle.Rootfs));
        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Fact]
    public void A_terminal_in_the_hosts_mount_namespace_is_one_of_the_hosts()
    {
        bundle.Change(spec =>
        {
            JsonArray namespaces = spec["linux"]!["namespaces"]!.AsArray();
            namespaces.Remove(namespaces.First(one => (string?)one!["type"] == "mount"));
            spec["linux"]!["maskedPaths"] = null;
            spec["linux"]!["readonlyPaths"] = null;
            spec["process"]!["terminal"] = true;
        });
        bundle.Arguments("sh", "-c", "test -t 0 && test -t 1 && stty size >/inside; echo $?");
        bundle.Change(spec => spec["root"]!["readonly"] = false);

        Command run = Command.Run("script", ["-qec", $"stty rows 33 cols 77; {Programs.Runc} --root {bundle.StateRoot} run --bundle {Path.GetDirectoryName(bundle.Rootfs)} {id}", "/dev/null"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("33 77\n", File.ReadAllText(Path.Combine(bundle.Rootfs, "inside")));
        Assert.Empty(HostMounts.Below(bundle.Rootfs));
        Assert.Empty(Leftovers.Of(bundle, id));
    }
}
