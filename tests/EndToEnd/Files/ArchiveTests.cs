using System.Text;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Files;

/// <summary>Files copied in and out, what has changed, and what is exported.</summary>
public sealed class ArchiveTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"f{Guid.NewGuid():N}";
    private readonly TemporaryDirectory folder = new();

    public void Dispose()
    {
        engine.Docker("rm", "-f", "-v", name);
        folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_tree_comes_back_as_it_went_in(bool running)
    {
        engine.Docker("create", "--name", name, "-v", "/volume", "busybox:latest", "sleep", "1000").Succeeds();
        if (running)
        {
            engine.Docker("start", name).Succeeds();
        }

        string script = """
            mkdir -p tree/sub; echo content >tree/file; ln tree/file tree/hard; ln -s /etc/passwd tree/link; mkfifo tree/sub/fifo
            chmod 4750 tree/file; chown 12:34 tree/file tree/sub; touch -d '2020-02-02 02:02:02.123456789' tree/file; python3 -c 'import os; os.setxattr("tree/file", "user.note", b"told")'
            find tree -exec touch -h -d '2020-02-02 02:02:02.123456789' {} +
            """;
        Command.Run("/bin/sh", ["-c", $"cd {folder.Path} && {script}"]).Succeeds();
        foreach (string target in new[] { "/", "/volume" })
        {
            // The daemon's part: docker's client leaves owners and attributes out on its own side.
            Directory.CreateDirectory(folder["back"]);
            string archive = $"http://wharf/containers/{name}/archive?path=";
            Command.Run("/bin/sh", ["-c", $"tar -C {folder.Path} --xattrs --format=pax -cf - tree | curl -fs --unix-socket {engine.Socket} -X PUT --data-binary @- '{archive}{target}'"]).Succeeds();
            Command.Run("/bin/sh", ["-c", $"curl -fs --unix-socket {engine.Socket} '{archive}{Path.Combine(target, "tree")}' | tar -C {folder["back"]} --xattrs --numeric-owner -xpf -"]).Succeeds();

            Assert.Equal(Listing("tree"), Listing("back/tree"));
            Directory.Delete(folder["back"], recursive: true);
        }
    }

    [Fact]
    public void The_header_tells_what_a_path_is()
    {
        engine.Docker("create", "--name", name, "busybox:latest").Succeeds();

        JsonElement passwd = Stat("/etc/passwd");
        Assert.Equal(("passwd", 0x1a4u), (passwd.GetProperty("name").GetString(), passwd.GetProperty("mode").GetUInt32()));
        Assert.Equal("etc", Stat("/etc/").GetProperty("name").GetString());
        Assert.Equal(0x800001edu, Stat("/etc").GetProperty("mode").GetUInt32());
        Assert.Contains("404", Head("/no/such"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_tells_its_target_in_the_container()
    {
        engine.Docker("run", "--name", name, "busybox:latest", "sh", "-c", "ln -s ../etc/passwd /root/link; mkdir /a; ln -s /a /b; ln -s file /a/to").Succeeds();

        Assert.Equal("/etc/passwd", Stat("/root/link").GetProperty("linkTarget").GetString());
        Assert.Equal("/a/file", Stat("/b/to").GetProperty("linkTarget").GetString());
        engine.Docker("cp", "-L", name + ":/root/link", folder["passwd"]).Succeeds();
        Assert.StartsWith("root:", File.ReadAllText(folder["passwd"]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_read_only_stays_as_it_is()
    {
        engine.Docker("create", "--name", name, "--read-only", "-v", "/volume", "-v", folder.Path + ":/bind:ro", "busybox:latest").Succeeds();
        File.WriteAllText(folder["file"], "x");

        Assert.Contains("container rootfs is marked read-only", engine.Docker("cp", folder["file"], name + ":/root").Error, StringComparison.Ordinal);
        Assert.Contains("mounted volume is marked read-only", engine.Docker("cp", folder["file"], name + ":/bind/").Error, StringComparison.Ordinal);
        engine.Docker("cp", folder["file"], name + ":/volume/").Succeeds();
    }

    [Fact]
    public void A_folder_is_not_replaced_by_a_file_when_that_is_not_wanted()
    {
        engine.Docker("create", "--name", name, "busybox:latest").Succeeds();
        File.WriteAllBytes(folder["archive"], TestImage.Layer("etc", "no folder"));

        Command put = Command.Run("curl", ["-s", "--unix-socket", engine.Socket, "-X", "PUT", "--data-binary", "@" + folder["archive"], $"http://wharf/containers/{name}/archive?path=/&noOverwriteDirNonDir=1"]).Succeeds();

        Assert.Contains("cannot overwrite directory \\u0022/etc\\u0022 with non-directory", put.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_are_told_by_kind()
    {
        engine.Docker("run", "--name", name, "busybox:latest", "sh", "-c", "rm /etc/group; echo >>/etc/passwd; mkdir -p /new/sub; touch /new/sub/file; rm -r /var; mkdir /var").Succeeds();

        string[] changes = engine.Docker("diff", name).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        foreach (string change in new[] { "C /etc", "C /etc/passwd", "D /etc/group", "A /new", "A /new/sub", "A /new/sub/file" })
        {
            Assert.Contains(change, changes);
        }

        Assert.DoesNotContain("A /etc/hosts", changes);
    }

    [Fact]
    public void What_the_runtime_has_made_for_its_mounts_is_no_change()
    {
        engine.Docker("run", "--name", name, "busybox:latest", "true").Succeeds();

        Assert.Equal("", engine.Docker("diff", name).Succeeds().Output);
    }

    [Fact]
    public void An_export_is_an_image_again()
    {
        engine.Docker("run", "--name", name, "-v", "/volume", "busybox:latest", "sh", "-c", "echo own >/own; echo not >/volume/file").Succeeds();
        engine.Docker("export", "-o", folder["tar"], name).Succeeds();

        string list = Command.Run("tar", ["-tf", folder["tar"]]).Succeeds().Output;
        Assert.Contains("\nown\n", list, StringComparison.Ordinal);
        Assert.DoesNotContain("volume/file", list, StringComparison.Ordinal);
        engine.Docker("import", folder["tar"], name + ":exported").Succeeds();
        try
        {
            Assert.Equal("own\n", engine.Docker("run", "--rm", name + ":exported", "cat", "/own").Succeeds().Output);
        }
        finally
        {
            engine.Docker("rmi", name + ":exported");
        }
    }

    private JsonElement Stat(string path)
    {
        string line = Head(path).Split('\n').Single(one => one.StartsWith("X-Docker-Container-Path-Stat:", StringComparison.OrdinalIgnoreCase));
        return JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(':', 2)[1].Trim()))).RootElement;
    }

    private string Head(string path) => Command.Run("curl", ["-s", "-I", "--unix-socket", engine.Socket, $"http://wharf/containers/{name}/archive?path={path}"]).Succeeds().Output;

    private string Listing(string root) =>
        Command.Run("/bin/sh", ["-c", $"cd {folder[root]} && find . -printf '%P %M %U:%G %T@ %l %n\\n' | sort && cat file && python3 -c 'import os; print(os.getxattr(\"file\", \"user.note\"))'"]).Succeeds().Output;
}
