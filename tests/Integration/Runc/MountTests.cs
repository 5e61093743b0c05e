using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Mounts with the options of the spec.</summary>
public sealed class MountTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly TemporaryDirectory share = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public void Dispose()
    {
        Command.Run("umount", share["below"]);
        bundle.Dispose();
        share.Dispose();
    }

    [Theory]
    [InlineData("rro", "ro,", "ro,")]
    [InlineData("ro", "ro,", "rw,")]
    [InlineData("rnosuid", "rw,nosuid,", "rw,nosuid,")]
    [InlineData("rnoexec", "rw,noexec,", "rw,noexec,")]
    [InlineData("rnodev", "rw,nodev,", "rw,nodev,")]
    [InlineData("rnoatime", "rw,noatime", "rw,noatime")]
    [InlineData("rnodiratime", "rw,nodiratime", "rw,nodiratime")]
    public void An_attribute_with_r_holds_below_too(string option, string top, string below)
    {
        Directory.CreateDirectory(share["below"]);
        Command.Run("mount", "-t", "tmpfs", "tmpfs", share["below"]).Succeeds();
        Add("/data", share.Path, "rbind", option);
        bundle.Arguments("grep", "/data", "/proc/self/mountinfo");

        string[][] lines = [.. bundle.Runc("run", id).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];

        Assert.StartsWith(top, lines.Single(fields => fields[4] == "/data")[5] + ",", StringComparison.Ordinal);
        Assert.StartsWith(below, lines.Single(fields => fields[4] == "/data/below")[5] + ",", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("idmap", "1000", "100000")]
    [InlineData("ridmap", "1000", "1000")]
    public void Ids_of_a_mount_are_mapped(string option, string top, string below)
    {
        // 100000 on the disk is 1000 in the container.
        Command.Run("chmod", "755", share.Path).Succeeds();
        Directory.CreateDirectory(share["below"]);
        Command.Run("mount", "-t", "tmpfs", "tmpfs", share["below"]).Succeeds();
        foreach (string file in new[] { share["file"], share["below/file"] })
        {
            File.WriteAllText(file, string.Empty);
            Command.Run("chown", "100000:100000", file).Succeeds();
        }

        Add("/data", share.Path, "rbind", option);
        bundle.Change(spec =>
        {
            JsonNode mount = spec["mounts"]!.AsArray().Last()!;
            mount["uidMappings"] = JsonNode.Parse("""[{"containerID":100000,"hostID":1000,"size":1}]""");
            mount["gidMappings"] = JsonNode.Parse("""[{"containerID":100000,"hostID":1000,"size":1}]""");
        });
        bundle.Arguments("stat", "-c", "%u", "/data/file", "/data/below/file");

        Assert.Equal($"{top}\n{below}\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void Ids_of_a_mount_follow_the_containers_user_namespace()
    {
        File.WriteAllText(share["file"], string.Empty);
        Command.Run("chmod", "755", share.Path).Succeeds();
        UserNamespaceTests.Map(bundle);
        Add("/data", share.Path, "bind", "idmap");
        bundle.Arguments("stat", "-c", "%u", "/data/file");

        // Root's file of the host is root's inside, though root there is another user.
        Assert.Equal("0\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Theory]
    [InlineData("idmap", "1000", "65534")]
    [InlineData("ridmap", "1000", "1000")]
    public void Ids_of_a_mount_follow_a_user_namespace_that_is_joined(string option, string top, string below)
    {
        using var other = new RunningContainer(UserNamespaceTests.Map);
        Directory.CreateDirectory(share["below"]);
        Command.Run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", share["below"]).Succeeds();
        foreach (string file in new[] { share["file"], share["below/file"] })
        {
            File.WriteAllText(file, string.Empty);
            Command.Run("chown", "1000:1000", file).Succeeds();
        }

        Command.Run("chmod", "755", share.Path).Succeeds();
        UserNamespaceTests.Map(bundle);
        Add("/data", share.Path, "rbind", option);
        bundle.Change(spec =>
        {
            spec["linux"]!["uidMappings"] = null;
            spec["linux"]!["gidMappings"] = null;
            spec["linux"]!["namespaces"]!.AsArray().First(one => (string?)one!["type"] == "user")!["path"] = $"/proc/{other.PidText}/ns/user";
        });
        bundle.Arguments("stat", "-c", "%u:%g", "/data/file", "/data/below/file");

        Assert.Equal($"{top}:{top}\n{below}:{below}\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void Half_a_mapping_is_not_completed_from_a_user_namespace_that_is_joined()
    {
        using var other = new RunningContainer(UserNamespaceTests.Map);
        UserNamespaceTests.Map(bundle);
        Add("/data", share.Path, "bind", "idmap");
        bundle.Change(spec =>
        {
            spec["mounts"]!.AsArray().Last()!["uidMappings"] = spec["linux"]!["uidMappings"]!.DeepClone();
            spec["linux"]!["uidMappings"] = null;
            spec["linux"]!["gidMappings"] = null;
            spec["linux"]!["namespaces"]!.AsArray().First(one => (string?)one!["type"] == "user")!["path"] = $"/proc/{other.PidText}/ns/user";
        });
        bundle.Arguments("true");

        Assert.Contains("id-mapped mounts need both uidMappings and gidMappings", bundle.Runc("run", id).Error, StringComparison.Ordinal);
        Assert.Empty(Leftovers.Of(bundle, id));
    }

    [Fact]
    public void A_mapping_of_a_new_filesystem_is_refused()
    {
        bundle.Change(spec => spec["mounts"]!.AsArray().Add(JsonNode.Parse("""{"destination":"/t","type":"tmpfs","source":"t","options":["idmap"]}""")));
        bundle.Arguments("true");

        Assert.Contains("id-mapped mounts are only supported for bind-mounts", bundle.Runc("run", id).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tmpfs_begins_with_what_it_covers()
    {
        string covered = Path.Combine(bundle.Rootfs, "data");
        Directory.CreateDirectory(Path.Combine(covered, "folder"));
        File.WriteAllText(Path.Combine(covered, "folder", "file"), "text");
        Command.Run("chown", "0:6", Path.Combine(covered, "folder", "file")).Succeeds();
        Command.Run("chmod", "4640", Path.Combine(covered, "folder", "file")).Succeeds();
        File.CreateSymbolicLink(Path.Combine(covered, "link"), "folder/file");
        bundle.Change(spec => spec["mounts"]!.AsArray().Add(JsonNode.Parse("""{"destination":"/data","type":"tmpfs","source":"tmpfs","options":["tmpcopyup"]}""")));
        bundle.Arguments("sh", "-c", "stat -c '%u:%g %a %F' /data/folder/file; echo more >>/data/folder/file; cat /data/link; readlink /data/link");

        Assert.Equal("0:6 4640 regular file\ntextmore\nfolder/file\n", bundle.Runc("run", id).Succeeds().Output);
        Assert.Equal("text", File.ReadAllText(Path.Combine(covered, "folder", "file")));
    }

    [Fact]
    public void A_tmpfs_has_the_permissions_of_what_it_covers_unless_it_is_given_others()
    {
        foreach (string name in new[] { "kept", "given" })
        {
            Directory.CreateDirectory(Path.Combine(bundle.Rootfs, name));
            Command.Run("chmod", "1755", Path.Combine(bundle.Rootfs, name)).Succeeds();
        }

        bundle.Change(spec =>
        {
            spec["mounts"]!.AsArray().Add(JsonNode.Parse("""{"destination":"/kept","type":"tmpfs","source":"tmpfs"}"""));
            spec["mounts"]!.AsArray().Add(JsonNode.Parse("""{"destination":"/given","type":"tmpfs","source":"tmpfs","options":["mode=700"]}"""));
        });
        bundle.Arguments("stat", "-c", "%a", "/kept", "/given");

        Assert.Equal("1755\n700\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void A_destination_without_a_slash_is_below_the_root()
    {
        File.WriteAllText(share["file"], "text");
        Add("data/here", share.Path, "bind", "ro");
        bundle.Arguments("cat", "/data/here/file");

        Assert.Equal("text\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void A_remount_changes_what_was_mounted_before()
    {
        Add("/data", share.Path, "bind");
        Add("/data", share.Path, "bind", "remount", "ro", "nosuid");
        bundle.Arguments("sh", "-c", "grep /data /proc/self/mountinfo | cut -d' ' -f6; touch /data/x || echo refused");

        Command run = bundle.Runc("run", id).Succeeds();

        Assert.StartsWith("ro,nosuid", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("refused\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_only_dev_gets_its_mount_points_and_nodes_first()
    {
        bundle.Change(spec => spec["mounts"]!.AsArray().First(mount => (string?)mount!["destination"] == "/dev")!["options"]!.AsArray().Add("ro"));
        bundle.Arguments("sh", "-c", "grep '^tmpfs /dev ' /proc/mounts; test -c /dev/null && test -d /dev/shm && ! touch /dev/made");

        Assert.StartsWith("tmpfs /dev tmpfs ro,", bundle.Runc("run", id).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_destination_may_be_a_path_of_the_host_and_a_source_what_was_mounted_before()
    {
        File.WriteAllText(share["file"], "text");
        Command.Run("chmod", "755", share.Path).Succeeds();
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "first"));
        Add("/first", share.Path, "bind");
        Add(Path.Combine(bundle.Rootfs, "second"), Path.Combine(bundle.Rootfs, "first"), "rbind");
        Add("/third", Path.Combine(bundle.Rootfs, "second"), "rbind", "idmap");
        bundle.Change(spec =>
        {
            JsonNode mount = spec["mounts"]!.AsArray().Last()!;
            mount["uidMappings"] = JsonNode.Parse("""[{"containerID":0,"hostID":1000,"size":1}]""");
            mount["gidMappings"] = JsonNode.Parse("""[{"containerID":0,"hostID":1000,"size":1}]""");
        });
        bundle.Arguments("sh", "-c", "cat /second/file; stat -c %u /second/file /third/file");

        Assert.Equal("text0\n1000\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void A_relative_source_is_one_of_the_bundle()
    {
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(bundle.Rootfs)!, "beside"), "text");
        Add("/file", "beside", "bind");
        bundle.Arguments("cat", "/file");

        // From another directory than the bundle's.
        Assert.Equal("text\n", Command.Run(Programs.Runc, "--root", bundle.StateRoot, "run", "--bundle", Path.GetDirectoryName(bundle.Rootfs)!, id).Succeeds().Output);
    }

    [Theory]
    [InlineData("/jump/below/file", "/target/deep")]
    [InlineData("/jump", "/target/deep/file")]
    [InlineData("/sub/../jump/file", "../target")]
    public void What_a_dangling_link_leads_to_is_made_inside(string destination, string link)
    {
        File.WriteAllText(share["file"], "text");
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "sub"));
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "jump"), link);
        Add(destination, share["file"], "bind");
        bundle.Arguments("cat", destination);

        Assert.Equal("text\n", bundle.Runc("run", id).Succeeds().Output);
        Assert.False(Directory.Exists("/target"));
        Assert.True(Directory.Exists(Path.Combine(bundle.Rootfs, "target")));
    }

    [Fact]
    public void Directories_that_are_masked_share_one_empty_filesystem_and_are_masked_once()
    {
        foreach (string name in new[] { "one", "two" })
        {
            Directory.CreateDirectory(Path.Combine(bundle.Rootfs, name));
            File.WriteAllText(Path.Combine(bundle.Rootfs, name, "secret"), "text");
        }

        File.WriteAllText(Path.Combine(bundle.Rootfs, "file"), "text");
        bundle.Change(spec => spec["linux"]!["maskedPaths"] = new JsonArray("/one", "/two", "/file", "/one", "/file"));
        bundle.Arguments("sh", "-c", "stat -c %d /one /two; ls /one /two; cat /file; grep -c -e ' /one ' -e ' /two ' -e ' /file ' /proc/mounts");

        string[] lines = bundle.Runc("run", id).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(lines[0], lines[1]);
        Assert.Equal(["/one:", "/two:", "3"], lines[2..]);
    }

    [Fact]
    public void Without_a_pivot_the_hosts_proc_gives_no_right_to_a_new_one()
    {
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "bin", "unshare"), "busybox");
        bundle.Change(spec =>
        {
            foreach (string set in new[] { "bounding", "permitted", "effective" })
            {
                spec["process"]!["capabilities"]![set]!.AsArray().Add("CAP_SETFCAP");
            }
        });
        bundle.Arguments("unshare", "-mrpf", "sh", "-c", "mount -t proc none /proc");

        Assert.Contains("permission denied", bundle.Runc("run", "--no-pivot", id).Error, StringComparison.OrdinalIgnoreCase);
        Command.Run("mountpoint", "-q", "/proc").Succeeds();
        Command.Run("mountpoint", "-q", "/sys").Succeeds();
    }

    private void Add(string destination, string source, params string[] options) => bundle.Change(spec => spec["mounts"]!.AsArray().Add(new JsonObject
    {
        ["destination"] = destination,
        ["type"] = "bind",
        ["source"] = source,
        ["options"] = new JsonArray([.. options.Select(option => (JsonNode)option)]),
    }));
}
