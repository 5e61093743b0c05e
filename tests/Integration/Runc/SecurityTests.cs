using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Published faults of other runtimes, by their numbers.</summary>
public sealed class SecurityTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void CVE_2022_29162_inheritable_capabilities_are_empty()
    {
        bundle.Arguments("grep", "CapInh", "/proc/self/status");

        Assert.Equal("CapInh:\t0000000000000000\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void CVE_2024_21626_no_descriptor_leaks_and_a_working_directory_outside_is_refused()
    {
        bundle.Arguments("ls", "/proc/self/fd");

        // 3 is the listing itself.
        Assert.Equal("0\n1\n2\n3\n", bundle.Runc("run", id).Succeeds().Output);

        for (int number = 3; number < 20; number++)
        {
            string cwd = $"/proc/self/fd/{number}";
            bundle.Change(spec => spec["process"]!["cwd"] = cwd);
            bundle.Arguments("cat", "../../../../../etc/hostname");
            Assert.NotEqual(0, bundle.Runc("run", id).ExitCode);
        }
    }

    [Fact]
    public void CVE_2026_41579_a_rootfs_whose_dev_is_a_link_does_not_reach_the_host()
    {
        using var outside = new TemporaryDirectory();
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "dev"), outside.Path);
        bundle.Arguments("true");

        bundle.Runc("run", id);

        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
    }

    [Theory]
    [InlineData("OUTSIDE")]
    [InlineData("../../../../../../../../../OUTSIDE")]
    [InlineData("OUTSIDE/missing")]
    public void CVE_2026_47766_devices_and_links_for_a_dev_that_is_a_link_are_made_inside(string target)
    {
        using var outside = new TemporaryDirectory();
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "dev"), target.Replace("OUTSIDE", target[0] == '.' ? outside.Path.TrimStart('/') : outside.Path, StringComparison.Ordinal));

        // Without a filesystem of its own, so that nodes, links and the console go where the link leads.
        bundle.Change(spec =>
        {
            spec["root"]!["readonly"] = false;
            spec["mounts"] = new JsonArray([.. spec["mounts"]!.AsArray().Where(mount => !((string)mount!["destination"]!).StartsWith("/dev", StringComparison.Ordinal)).Select(mount => mount!.DeepClone())]);
            spec["linux"]!["devices"] = JsonNode.Parse("""[{"path":"/dev/made","type":"c","major":1,"minor":3}]""");
            spec["linux"]!["resources"] = null;
        });
        bundle.Arguments("ls", "/dev/");

        Command run = bundle.Runc("run", id);

        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
        if (run.ExitCode == 0)
        {
            Assert.Contains("made\n", run.Output, StringComparison.Ordinal);
        }

        Assert.Empty(HostMounts.Below(outside.Path));
        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Fact]
    public void CVE_2019_19921_proc_that_is_a_link_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "proc"), "elsewhere");
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("must be mounted on ordinary directory", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CVE_2026_30892_a_user_given_by_number_stays_that_user()
    {
        bundle.Change(spec => spec["process"]!["user"] = new System.Text.Json.Nodes.JsonObject { ["uid"] = 1, ["gid"] = 0 });
        bundle.Arguments("sh", "-c", "echo $(id -u):$(id -g)");

        Assert.Equal("1:0\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void CVE_2022_24769_2022_27649_2022_27650_inheritable_capabilities_are_empty_in_an_exec()
    {
        using var container = new RunningContainer();

        Assert.Equal("CapInh:\t0000000000000000\n", container.Exec("grep", "CapInh", "/proc/self/status").Succeeds().Output);
    }

    [Theory]
    [InlineData("/proc/self/exe")]
    [InlineData("/script")]
    [InlineData("/script-of-script")]
    public void CVE_2019_5736_the_runtime_is_not_the_containers_program(string program)
    {
        string before = Hash(Programs.Runc);
        File.WriteAllText(Path.Combine(bundle.Rootfs, "script"), "#!/proc/self/exe\n");
        File.WriteAllText(Path.Combine(bundle.Rootfs, "script-of-script"), "#! /script --version\n");
        Command.Run("chmod", "755", Path.Combine(bundle.Rootfs, "script"), Path.Combine(bundle.Rootfs, "script-of-script")).Succeeds();

        // Libraries for the runtime's interpreter, without which it would not start in there anyway.
        foreach (string library in new[] { "lib", "lib64", "usr/lib" })
        {
            Directory.CreateDirectory(Path.Combine(bundle.Rootfs, library));
            bundle.Change(spec => spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = "/" + library, ["type"] = "bind", ["source"] = "/" + library, ["options"] = new JsonArray("rbind", "ro") }));
        }

        bundle.Arguments(program, "--version");
        Command run = bundle.Runc("run", id);
        Assert.Equal((1, string.Empty), (run.ExitCode, run.Output));
        Assert.Contains("permission denied", run.Error, StringComparison.Ordinal);

        bundle.Arguments("sleep", "1000");
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {bundle.StateRoot} run --detach --bundle {Folder} {id} </dev/null >/dev/null 2>&1").Succeeds();
        Command exec = bundle.Runc("exec", id, program, "--version");
        Assert.Equal((255, string.Empty), (exec.ExitCode, exec.Output));
        Assert.Equal(before, Hash(Programs.Runc));
    }

    [Theory]
    [InlineData("/proc", "bind")]
    [InlineData("/proc/sys", "bind")]
    [InlineData("/elsewhere", "bind")]
    [InlineData("/proc", "tmpfs")]
    public void CVE_2019_16884_2023_27561_2023_28642_proc_is_not_covered_by_a_volume(string destination, string type)
    {
        using var volume = new TemporaryDirectory();
        Directory.CreateDirectory(volume["sys"]);

        // A link of the image that leads into /proc is no way around.
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "elsewhere"), "/proc/sys/kernel");
        bundle.Change(spec => spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = destination, ["type"] = type, ["source"] = volume.Path, ["options"] = type == "bind" ? new JsonArray("bind") : [] }));
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot be mounted because it is", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CVE_2025_52881_a_sysctl_lands_in_the_kernel_and_not_in_a_file_of_the_container()
    {
        bundle.Change(spec =>
        {
            // Without a /proc of its own the image's folder of that name is all that the container has.
            spec["mounts"]!.AsArray().Remove(spec["mounts"]!.AsArray().First(mount => (string?)mount!["destination"] == "/proc"));
            spec["linux"]!["maskedPaths"] = new JsonArray();
            spec["linux"]!["readonlyPaths"] = new JsonArray();
            spec["linux"]!["sysctl"] = new JsonObject { ["net.ipv4.ip_forward"] = "1" };
        });
        string fake = Path.Combine(bundle.Rootfs, "proc/sys/net/ipv4/ip_forward");
        Directory.CreateDirectory(Path.GetDirectoryName(fake)!);
        File.WriteAllText(fake, "untouched");
        bundle.Arguments("true");

        bundle.Runc("run", id).Succeeds();

        Assert.Equal("untouched", File.ReadAllText(fake));
    }

    [Fact]
    public void CVE_2021_30465_2024_45310_a_mount_point_that_is_swapped_for_a_link_does_not_lead_outside()
    {
        using var outside = new TemporaryDirectory();
        using var volume = new TemporaryDirectory();
        Directory.CreateDirectory(volume["place"]);
        File.CreateSymbolicLink(volume["link"], outside.Path);
        bundle.Change(spec =>
        {
            spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = "/volume", ["type"] = "bind", ["source"] = volume.Path, ["options"] = new JsonArray("bind") });
            spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = "/volume/place/deep/er", ["type"] = "tmpfs", ["source"] = "tmpfs" });
        });
        bundle.Arguments("true");

        // Debian's mv exchanges nothing: three renames make the name the folder, the link, or nothing, in turn.
        using System.Diagnostics.Process swap = Command.Start("/bin/sh", ["-c", $"cd {volume.Path} && while [ ! -e stop ]; do mv -T place kept && mv -T link place && mv -T place link && mv -T kept place; done"]);
        try
        {
            for (int round = 0; round < 60; round++)
            {
                bundle.Runc("run", $"{id}-{round}");
            }
        }
        finally
        {
            File.WriteAllText(volume["stop"], string.Empty);
            swap.WaitForExit(TimeSpan.FromSeconds(20));
        }

        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
        Assert.DoesNotContain(HostMounts.All(), line => line.Contains(outside.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("namespace", "file name too long")]
    [InlineData("rootfs", "no such file or directory")]
    [InlineData("hostname", "invalid argument")]
    [InlineData("cgroup", "file name too long")]
    [InlineData("environment", "argument list too long")]
    public void CVE_2021_43784_a_text_that_is_too_long_fails_with_words(string where, string words)
    {
        string text = "/" + new string('x', 2_000_000);
        bundle.Change(spec =>
        {
            switch (where)
            {
                case "namespace": spec["linux"]!["namespaces"]!.AsArray().First(one => (string?)one!["type"] == "network")!["path"] = text; break;
                case "rootfs": spec["root"]!["path"] = text; break;
                case "hostname": spec["hostname"] = text; break;
                case "cgroup": spec["linux"]!["cgroupsPath"] = text; break;
                default: spec["process"]!["env"]!.AsArray().Add("A=" + text); break;
            }
        });
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
        Assert.Empty(HostCgroups.Below("/" + id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CVE_2023_25809_cgroups_are_read_only_without_a_namespace_of_their_own(bool own)
    {
        if (!own)
        {
            bundle.Change(spec => spec["linux"]!["namespaces"]!.AsArray().Remove(spec["linux"]!["namespaces"]!.AsArray().First(one => (string?)one!["type"] == "cgroup")));
        }

        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "bin", "mkdir"), "busybox");
        bundle.Arguments("sh", "-c", "for place in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $place/made 2>/dev/null && echo $place; done; true");

        Assert.Empty(bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void CVE_2025_31133_a_null_device_that_is_a_link_masks_nothing()
    {
        using var devices = new TemporaryDirectory();
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside["secret"], "text");
        File.CreateSymbolicLink(devices["null"], outside["secret"]);
        bundle.Change(spec =>
        {
            spec["mounts"] = new JsonArray([.. spec["mounts"]!.AsArray().Where(mount => !((string)mount!["destination"]!).StartsWith("/dev", StringComparison.Ordinal)).Select(mount => mount!.DeepClone())]);
            spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = "/dev", ["type"] = "bind", ["source"] = devices.Path, ["options"] = new JsonArray("bind") });
        });
        bundle.Arguments("cat", "/proc/kcore");

        Command run = bundle.Runc("run", id);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is not the null device", run.Error, StringComparison.Ordinal);
        Assert.Equal("text", File.ReadAllText(outside["secret"]));
    }

    [Fact]
    public void CVE_2025_52565_a_terminal_that_is_none_is_not_the_console()
    {
        using var terminals = new TemporaryDirectory();
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside["file"], "text");
        File.WriteAllText(terminals["ptmx"], string.Empty);
        bundle.Change(spec =>
        {
            spec["process"]!["terminal"] = true;
            JsonNode mount = spec["mounts"]!.AsArray().First(one => (string?)one!["destination"] == "/dev/pts")!;
            mount["type"] = "bind";
            mount["source"] = terminals.Path;
            mount["options"] = new JsonArray("bind");
        });
        bundle.Arguments("true");

        Command plain = Command.Run("script", ["-qec", $"{Programs.Runc} --root {bundle.StateRoot} run --bundle {Folder} {id}", "/dev/null"]);
        Assert.Equal(1, plain.ExitCode);
        Assert.Contains("not on devpts", plain.Output, StringComparison.Ordinal);

        File.Delete(terminals["ptmx"]);
        File.CreateSymbolicLink(terminals["ptmx"], outside["file"]);
        Assert.Equal(1, Command.Run("script", ["-qec", $"{Programs.Runc} --root {bundle.StateRoot} run --bundle {Folder} {id}", "/dev/null"]).ExitCode);
        Assert.Equal("text", File.ReadAllText(outside["file"]));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("console")]
    [InlineData("ptmx")]
    [InlineData("fd")]
    public void CVE_2026_88264_2026_88265_a_link_in_the_place_of_a_device_makes_and_owns_nothing_outside(string device)
    {
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside["there"], "text");
        Command.Run("chown", "7:7", outside["there"]).Succeeds();
        bundle.Change(spec =>
        {
            spec["mounts"] = new JsonArray([.. spec["mounts"]!.AsArray().Where(mount => !((string)mount!["destination"]!).StartsWith("/dev", StringComparison.Ordinal)).Select(mount => mount!.DeepClone())]);
            spec["process"]!["user"] = new JsonObject { ["uid"] = 9, ["gid"] = 9 };
        });
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "dev"));
        bundle.Arguments("true");

        foreach (string target in new[] { outside["there"], outside["made"] })
        {
            string link = Path.Combine(bundle.Rootfs, "dev", device);
            File.Delete(link);
            File.CreateSymbolicLink(link, target);
            Command.Run("/bin/sh", ["-c", $"echo input | {Programs.Runc} --root {bundle.StateRoot} run --bundle {Folder} {id} 2>&1 | cat"]);
        }

        Assert.Equal(["there"], Directory.GetFileSystemEntries(outside.Path).Select(path => Path.GetFileName(path)));
        Assert.Equal("7:7", Command.Run("stat", "-c", "%u:%g", outside["there"]).Output.Trim());
    }

    [Theory]
    [InlineData("/etc/resolv.conf")]
    [InlineData("/work/deep/here")]
    public void CVE_2019_18837_2025_24965_a_file_that_the_runtime_makes_stays_inside(string destination)
    {
        using var outside = new TemporaryDirectory();
        string source = Path.Combine(Folder, "source");
        File.WriteAllText(source, "text");
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "etc"), outside.Path);
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "work"), "../../../../../../../.." + outside.Path);
        bundle.Change(spec =>
        {
            spec["process"]!["cwd"] = "/work/directory";
            spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = destination, ["type"] = "bind", ["source"] = source, ["options"] = new JsonArray("bind") });
        });
        bundle.Arguments("cat", destination);

        bundle.Runc("run", id);

        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
    }

    private static string Hash(string path) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));
}
